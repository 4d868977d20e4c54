import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { howToGetSoftwareGpu, useSoftwareGpu } from '../../../testing/support/software-gpu.js';
import { webgpu } from '../src/index.js';

export { cases, numbers, type Stored, tensor } from '../../../testing/references/backend-wasm/fixture.js';

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
