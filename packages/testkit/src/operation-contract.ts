import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contractExecutor } from './contract-executor.js';
import { arrangement } from './operations/arrangement.js';
import { elementwise } from './operations/elementwise.js';
import { further } from './operations/further.js';
import type { NdArray } from './operations/nd-array.js';
import type { Operation, OperationCase } from './operations/operation.js';
import { products } from './operations/products.js';
import { reductions } from './operations/reductions.js';
import { ungraded } from './operations/ungraded.js';
import { volumes } from './operations/volumes.js';
import { rareConvolutions, windowed } from './operations/windows.js';

/** Runs a function of tensors in the way under test; inputs are float32. */
export type RunOperations = (
  fn: (inputs: readonly tf.Tensor[]) => tf.Tensor[],
  inputs: readonly { readonly data: Float32Array; readonly shape: readonly number[] }[],
) => Promise<readonly { readonly data: ArrayLike<number>; readonly shape: readonly number[] }[]>;

/** What {@link operationContract} needs to know besides. */
export interface OperationContractOptions {
  /**
   * Operations that are known to be wrong or missing here, by name, with the fact. The suite proves that they still
   * are, so that the list cannot outlive the defect.
   */
  readonly defects?: Readonly<Record<string, string>>;
  /** Random cases of each operation. Default 12. */
  readonly cases?: number;
}

/** Every operation that our models, losses, metrics, optimizers and plugins call, and the usual ones around them. */
export const OPERATIONS: readonly Operation[] = [
  ...elementwise,
  ...reductions,
  ...products,
  ...windowed,
  ...arrangement,
];

/** Operations that only other people's models call: known to be right, wrong or missing backend by backend. */
export const FURTHER_OPERATIONS: readonly Operation[] = [
  ...further,
  ...rareConvolutions,
  ...volumes,
  ...ungraded,
];

/** float32 rounds by 2^-24 of a value; some tens of values are added, and kernels may approximate exp and tanh. */
const FORWARD = 2 ** -18;
const GRADIENT = 2 ** -16;

/** Tests every operation against float64, forward and gradient, over random shapes and values. */
export function operationContract(
  run: RunOperations,
  { defects = {}, cases = 12 }: OperationContractOptions = {},
): void {
  if (contractExecutor()) return;
  describe('every operation is that of float64, forward and gradient', () => {
    for (const operation of OPERATIONS) {
      const check = (): Promise<void> => checkOperation(run, operation, cases);
      const defect = defects[operation.name];
      if (defect === undefined) test(operation.name, check);
      else {
        test(`${operation.name} has a known defect: ${defect}`, () =>
          expect(check(), 'it is right now: take it off the list').rejects.toThrow());
      }
    }

    test('the known defects are those of operations that there are', () => {
      const names = OPERATIONS.map(({ name }) => name);
      expect(Object.keys(defects).filter((name) => !names.includes(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
    });
  });
}

/**
 * Holds one operation against float64, forward and gradient, over random shapes and values.
 *
 * @throws Error with the smallest case found that is wrong.
 */
export function checkOperation(run: RunOperations, { cases }: Operation, count = 12): Promise<void> {
  return fc.assert(
    fc.asyncProperty(cases, (drawn) => checkCase(run, drawn)),
    { seed: 1, numRuns: count, endOnFailure: true },
  );
}

async function checkCase(run: RunOperations, drawn: OperationCase): Promise<void> {
  const { inputs, reference, differentiable = true, text } = drawn;
  const expected = reference(...inputs);
  const probe = Float32Array.from(expected.data, (_, i) => Math.cos(i + 1));
  const given = [
    ...inputs.map(({ data, shape }) => ({ data: Float32Array.from(data), shape })),
    { data: probe, shape: expected.shape },
  ];
  const [value, ...gradients] = await run((tensors) => {
    const weights = tensors.at(-1)!;
    const own = tensors.slice(0, -1);
    const result = drawn.run(...own);
    if (!differentiable) return [result];
    const objective = (...xs: tf.Tensor[]) => tf.sum<tf.Scalar>(tf.mul(drawn.run(...xs), weights));
    return [result, ...tf.grads(objective)(own)];
  }, given);
  expect([...value!.shape], `shape of ${text}`).toEqual([...expected.shape]);
  expectClose(value!.data, expected.data, FORWARD, text);
  gradients.forEach((gradient, which) => {
    expect([...gradient.shape], `shape of gradient ${which} of ${text}`).toEqual([...inputs[which]!.shape]);
    expectClose(
      gradient.data,
      differences(drawn, probe, which),
      GRADIENT,
      `gradient in input ${which} of ${text}`,
    );
  });
}

/** The gradient of sum(output * probe) by central differences, in float64. */
function differences({ inputs, reference }: OperationCase, probe: Float32Array, which: number): Float64Array {
  const h = 1e-5;
  const objective = (moved: NdArray): number =>
    reference(...inputs.map((input, i) => (i === which ? moved : input))).data.reduce(
      (total, value, i) => total + value * probe[i]!,
      0,
    );
  const { shape, data } = inputs[which]!;
  return data.map((value, i) => {
    const [above, below] = [value + h, value - h].map((x) => {
      const moved = data.slice();
      moved[i] = x;
      return objective({ shape, data: moved });
    });
    return (above! - below!) / (2 * h);
  });
}

function expectClose(
  actual: ArrayLike<number>,
  expected: Float64Array,
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  expected.forEach((value, i) => {
    if (!(Math.abs(actual[i]! - value) <= tolerance * scale))
      expect.fail(`${what}: element ${i} is ${actual[i]}, float64 gives ${value}`);
  });
}
