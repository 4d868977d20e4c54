import type * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { NdArray } from './nd-array.js';

/** One call of an operation with the reference that it is held against. */
export interface OperationCase {
  /** Shapes and attributes, for messages. */
  readonly text: string;
  readonly inputs: readonly NdArray[];
  /** The TensorFlow.js ops under test. */
  run(...inputs: tf.Tensor[]): tf.Tensor;
  /** The same in float64. Its gradient is taken by central differences. */
  reference(...inputs: NdArray[]): NdArray;
  /** False where there is no gradient to compare. Default true. */
  readonly differentiable?: boolean;
}

/** An operation over random shapes and values. */
export interface Operation {
  readonly name: string;
  readonly cases: fc.Arbitrary<OperationCase>;
}

/** A whole number for one dimension, 1 included. */
export const dim = (max = 4): fc.Arbitrary<number> => fc.integer({ min: 1, max });

/** Seed of a case's values. */
export const seed: fc.Arbitrary<number> = fc.integer({ min: 0, max: 1e6 });

/** A shape of some rank. */
export const shapeOf = (minRank: number, maxRank: number, max = 4): fc.Arbitrary<number[]> =>
  fc.array(dim(max), { minLength: minRank, maxLength: maxRank });

/** An operation whose cases are made of drawn settings. */
export function operation<S>(
  name: string,
  settings: fc.Arbitrary<S>,
  make: (settings: S) => Omit<OperationCase, 'text'>,
): Operation {
  return {
    name,
    cases: settings.map((drawn) => ({ text: `${name} ${JSON.stringify(drawn)}`, ...make(drawn) })),
  };
}
