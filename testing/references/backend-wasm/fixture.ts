import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** A tensor as the fixtures hold it. */
export interface Stored {
  readonly shape: number[];
  readonly values: (number | 'NaN')[];
}

/** One list of cases of `gradients.json`. */
export function cases<T>(name: string): T[] {
  const file = new URL('./gradients.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, T[]>)[name]!;
}

export const numbers = ({ values }: Stored): number[] => values.map(Number);

export function tensor<R extends tf.Rank = tf.Rank>(
  stored: Stored,
  dtype: 'float32' | 'int32' = 'float32',
): tf.Tensor<R> {
  return tf.tensor(numbers(stored), stored.shape as tf.ShapeMap[R], dtype);
}

/** Every value within `tolerance` of the larger of 1 and its own size; NaN equals NaN. */
export function expectClose(actual: tf.Tensor, expected: ArrayLike<number>, tolerance = 2e-6): void {
  const values = actual.dataSync();
  expect(values.length).toBe(expected.length);
  for (let i = 0; i < values.length; i++) {
    const [got, want] = [values[i]!, expected[i]!];
    if (Number.isNaN(want) ? Number.isNaN(got) : got === want) continue;
    const error = Math.abs(got - want) / Math.max(1, Math.abs(want));
    if (!(error <= tolerance)) expect.fail(`value ${i} is ${got}, the reference says ${want}`);
  }
}

/** The number of tensors and bytes stays the same over repeated calls; everything the call returns is disposed. */
export function expectNoGrowth(call: () => tf.TensorContainer): void {
  const once = (): void => tf.dispose(call());
  once();
  const backend = tf.backend() as unknown as { numDataIds(): number };
  const before = [tf.memory().numTensors, tf.memory().numBytes, backend.numDataIds()];
  for (let i = 0; i < 5; i++) once();
  expect([tf.memory().numTensors, tf.memory().numBytes, backend.numDataIds()]).toEqual(before);
}

/** Pseudo-random values in -1..1 that are the same on every machine. */
export function noise<R extends tf.Rank>(shape: tf.ShapeMap[R], seed = 1): tf.Tensor<R> {
  let state = seed >>> 0;
  const size = (shape as number[]).reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return tf.tensor(values, shape);
}
