import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { howToGetSoftwareGpu, useSoftwareGpu } from '../../../testing/support/software-gpu.js';
import { webgpu } from '../src/index.js';

useSoftwareGpu();
const availability = await webgpu().isAvailable();

/** Tests on the active WebGPU backend; skipped, saying what is missing, where there is none. */
export function describeOnGpu(name: string, body: () => void): void {
  if (availability.available)
    describe(name, () => {
      beforeAll(() => webgpu().activate());
      body();
    });
  else
    test(name, ({ skip }) => {
      skip(`${howToGetSoftwareGpu} (${availability.reason})`);
    });
}

/** Every value within `tolerance` of the larger of 1 and its own size; NaN equals NaN. */
export async function expectValues(
  actual: tf.Tensor,
  expected: ArrayLike<number>,
  tolerance = 1e-5,
): Promise<void> {
  const values = await actual.data();
  expect(values.length).toBe(expected.length);
  for (let i = 0; i < values.length; i++) {
    const [got, want] = [values[i]!, expected[i]!];
    if (Object.is(got, want) || got === want) continue;
    const error = Math.abs(got - want) / Math.max(1, Math.abs(want));
    if (!(error <= tolerance)) expect.fail(`value ${i} is ${got}, the reference says ${want}`);
  }
}

/** A tensor as the fixtures hold it. */
export interface Stored {
  readonly shape: number[];
  readonly values: (number | 'NaN')[];
}

/** One list of the cases that PyTorch computed for the backends. */
export function cases<T>(name: string): T[] {
  const file = new URL('../../../testing/references/backend-wasm/gradients.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, T[]>)[name]!;
}

export const numbers = ({ values }: Stored): number[] => values.map(Number);

export function tensor(stored: Stored, dtype: 'float32' | 'int32' = 'float32'): tf.Tensor {
  return tf.tensor(numbers(stored), stored.shape, dtype);
}

/** Values in -1..1 that are the same on every machine. */
export function noise(size: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs a module in a fresh process; answers what it prints last, as JSON. Fails when the process does not end. */
export function inNewProcess(source: string, env: NodeJS.ProcessEnv = {}): unknown {
  const start = `import { useSoftwareGpu } from './testing/support/software-gpu.ts'; useSoftwareGpu();\n`;
  const output = execFileSync(
    process.execPath,
    ['--conditions=@espalier/source', '--import', 'tsx', '--input-type=module', '-e', start + source],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
      env: { ...process.env, ...env },
    },
  );
  return JSON.parse(output.trim().split('\n').at(-1)!) as unknown;
}
