import * as tf from '@tensorflow/tfjs-core';
import { describe as describeValue } from '@espalier/core/internal';
import { expect } from 'vitest';

/** What a tensor may be compared with: a tensor, or nested arrays of its shape. */
export type TensorValue = tf.Tensor | tf.TensorLike;

/** Options of `toBeCloseToTensor`. */
export interface ClosenessOptions {
  /** Largest difference allowed, in the tensor's units. Default 1e-6. */
  readonly absolute?: number;
  /** Further difference allowed for each unit of the expected value. Default 1e-5. */
  readonly relative?: number;
}

interface TensorMatchers {
  /** Shape, dtype and every value within `absolute + relative * |expected|`; NaN matches NaN, infinity itself. */
  toBeCloseToTensor(expected: TensorValue, options?: ClosenessOptions): void;
  /** Shape, dtype and every value; NaN equals NaN, and 0 differs from -0. */
  toEqualTensor(expected: TensorValue): void;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- the form that vitest asks for.
  interface Matchers<T = any> extends TensorMatchers {}
}

interface Flat {
  readonly shape: readonly number[];
  readonly dtype?: string;
  readonly values: ArrayLike<number>;
}

function flatten(value: unknown): Flat | undefined {
  if (value instanceof tf.Tensor) {
    return { shape: value.shape, dtype: value.dtype, values: value.dataSync() as ArrayLike<number> };
  }
  if (ArrayBuffer.isView(value)) {
    return { shape: [(value as Float32Array).length], values: value as Float32Array };
  }
  if (typeof value === 'number' || typeof value === 'boolean') return { shape: [], values: [Number(value)] };
  if (!Array.isArray(value)) return undefined;
  const parts = value.map(flatten);
  const shape = [value.length, ...(parts[0]?.shape ?? [])];
  if (parts.some((part) => part === undefined || String(part.shape) !== String(parts[0]!.shape)))
    return undefined;
  return { shape, values: parts.flatMap((part) => [...(part!.values as number[])]) };
}

type Same = (actual: number, expected: number) => boolean;

function compare(received: unknown, expected: unknown, same: Same, allowed: string) {
  const [actual, wanted] = [flatten(received), flatten(expected)];
  const fail = (text: string) => ({ pass: false, message: () => text });
  if (!(received instanceof tf.Tensor) || !actual)
    return fail(`expected a tensor, got ${describeValue(received)}`);
  if (!wanted) return fail('the expected value must be a tensor or nested arrays of numbers, all rows alike');
  if (String(actual.shape) !== String(wanted.shape))
    return fail(`expected shape [${wanted.shape}], got [${actual.shape}]`);
  if (wanted.dtype !== undefined && actual.dtype !== wanted.dtype)
    return fail(`expected dtype ${wanted.dtype}, got ${actual.dtype}`);
  const bad: number[] = [];
  for (let i = 0; i < actual.values.length; i++) if (!same(actual.values[i]!, wanted.values[i]!)) bad.push(i);
  const lines = bad.slice(0, 8).map((i) => {
    const [a, e] = [actual.values[i]!, wanted.values[i]!];
    return `  at [${positionOf(i, actual.shape)}]: expected ${number(e)}, got ${number(a)}, difference ${number(a - e)}`;
  });
  return {
    pass: bad.length === 0,
    message: () =>
      bad.length === 0
        ? `expected the tensors to differ, but all ${actual.values.length} values are ${allowed}`
        : [
            `${bad.length} of ${actual.values.length} values are not ${allowed}:`,
            ...lines,
            ...(bad.length > 8 ? ['  ...'] : []),
          ].join('\n'),
  };
}

function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function positionOf(flat: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}

expect.extend({
  toBeCloseToTensor(received: unknown, expected: unknown, options: ClosenessOptions = {}) {
    const { absolute = 1e-6, relative = 1e-5 } = options;
    return compare(
      received,
      expected,
      (a, e) =>
        Object.is(a, e) ||
        a === e ||
        (Number.isFinite(e) && Math.abs(a - e) <= absolute + relative * Math.abs(e)),
      `within ${absolute} + ${relative} |expected|`,
    );
  },
  toEqualTensor(received: unknown, expected: unknown) {
    return compare(received, expected, Object.is, 'equal');
  },
});

/**
 * Runs `body` and fails when it leaves tensors or bytes behind, also where it throws (the error is passed on).
 *
 * @returns What `body` gave, which must not be a tensor that it made.
 * @example
 * ```ts
 * await expectNoLeak(() => trainer.fit(data, { epochs: 2 }));
 * ```
 */
export async function expectNoLeak<T>(body: () => T | Promise<T>): Promise<T> {
  const { numTensors, numBytes } = tf.memory();
  const check = (): void => {
    const now = tf.memory();
    expect({ tensors: now.numTensors - numTensors, bytes: now.numBytes - numBytes }, 'left behind').toEqual({
      tensors: 0,
      bytes: 0,
    });
  };
  let result: T;
  try {
    result = await body();
  } catch (error) {
    check();
    throw error;
  }
  check();
  return result;
}
