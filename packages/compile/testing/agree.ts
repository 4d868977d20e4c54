import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { compileStep } from '@espalier/compile';
import type { HostTensor } from '@espalier/compile';
import { expect } from 'vitest';

/** A function of tensors that gives one or several. */
export type Op = (...inputs: any[]) => Tensor | Tensor[];

/** How close is close enough. */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

const defaults = { relative: 2e-5, absolute: 1e-5 };

/** Numbers that differ by rounding only; NaN equals NaN, infinities equal themselves. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance = {},
): void {
  const { relative, absolute } = { ...defaults, ...tolerance };
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [x, y] = [actual[i]!, expected[i]!];
    if (Object.is(x, y) || x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const allowed = absolute + relative * Math.abs(y);
    if (!(Math.abs(x - y) <= allowed)) expect.fail(`element ${i} is ${x}, should be ${y}`);
  }
}

/** What ops are compiled to. */
export const targets = ['onnx', 'wasm'] as const;

/** Runs `op` compiled. */
export async function compiledResult(
  op: Op,
  inputs: readonly Tensor[],
  target: (typeof targets)[number] = 'onnx',
): Promise<HostTensor[]> {
  const step = await compileStep(
    (list: readonly Tensor[]): readonly Tensor[] => {
      const result = op(...list);
      return Array.isArray(result) ? result : [result];
    },
    inputs,
    { target },
  );
  const results = [...(await step.run(inputs))];
  await step.dispose();
  return results;
}

/** Checks that `op` gives the same compiled, to every target, as on tfjs's cpu backend: shapes, dtypes, numbers. */
export async function agree(
  op: Op,
  inputs: readonly Tensor[],
  tolerance?: Tolerance,
  on: readonly (typeof targets)[number][] = targets,
): Promise<void> {
  const result = tf.tidy(() => {
    const value = op(...inputs);
    return Array.isArray(value) ? value : [value];
  });
  for (const target of on) {
    const compiled = await compiledResult(op, inputs, target);
    expect(compiled.length).toBe(result.length);
    result.forEach((tensor, i) => {
      expect(compiled[i]!.shape).toEqual(tensor.shape);
      expect(compiled[i]!.dtype).toBe(tensor.dtype);
      expectClose(compiled[i]!.data, tensor.dataSync(), tolerance);
    });
  }
  tf.dispose(result);
}

/** The gradients of `op`, weighted by cosines so that no two elements count alike, as an op of its own. */
export function gradientOf(op: Op): Op {
  return (...inputs: Tensor[]) => {
    const weighted = (...xs: Tensor[]): tf.Scalar => {
      const results = [op(...xs)].flat();
      const parts = results.map((y) => {
        const weights = Float32Array.from({ length: y.size }, (_, i) => Math.cos(i + 1));
        return tf.sum(tf.mul(y, tf.tensor(weights, y.shape))) as tf.Scalar;
      });
      return parts.reduce((a, b) => tf.add(a, b));
    };
    return tf.grads(weighted)(inputs);
  };
}

/** Checks value and gradients. */
export async function agreeWithGradient(
  op: Op,
  inputs: readonly Tensor[],
  tolerance?: Tolerance,
): Promise<void> {
  await agree(op, inputs, tolerance);
  await agree(gradientOf(op), inputs, tolerance);
}

/** A tensor of numbers spread over [low, high], the same for the same seed. */
export function spread(shape: readonly number[], seed = 1, low = -2, high = 2): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  let state = seed * 2654435761;
  const data = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    const x = Math.imul(state ^ (state >>> 13), 3266489917) >>> 0;
    return low + ((high - low) * x) / 2 ** 32;
  });
  return tf.tensor(data, [...shape]);
}

/** Whole numbers in [low, high). */
export function whole(shape: readonly number[], seed = 1, low = -5, high = 6): Tensor {
  return tf.cast(tf.floor(spread(shape, seed, low, high)), 'int32');
}
