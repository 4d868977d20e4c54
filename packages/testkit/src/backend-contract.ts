import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '@espalier/core';
import { eager } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import { beforeAll, describe, expect, test } from 'vitest';
import { contractExecutor } from './contract-executor.js';
import { executorContract } from './executor-contract.js';
import { expectNoLeak } from './matchers.js';
import {
  operationContract,
  type OperationContractOptions,
  type RunOperations,
} from './operation-contract.js';

/** What {@link backendContract} needs to know besides. */
export interface BackendContractOptions extends OperationContractOptions {
  /** How much more than float32 rounding whole runs may be off. Default 1. */
  readonly growth?: number;
  /** Runs whole training runs on it too. Default true. */
  readonly runs?: boolean;
}

/** Runs operations on the active backend. */
export const runEagerly: RunOperations = async (fn, inputs) => {
  prepareTfjs();
  const results = tf.tidy(() => {
    const tensors = inputs.map(({ data, shape }) => tf.tensor(data, [...shape], 'float32'));
    // A result may be an input itself.
    return fn(tensors).map((tensor) => tf.clone(tensor));
  });
  const copies = await Promise.all(
    results.map(async (tensor) => ({ data: (await tensor.data()).slice(), shape: tensor.shape })),
  );
  tf.dispose(results);
  return copies;
};

/** What every TensorFlow.js backend must hold: starting, every operation, what stock backends get wrong, whole runs. */
export function backendContract(
  name: string,
  make: () => Backend,
  { growth = 1, runs = true, ...options }: BackendContractOptions = {},
): void {
  if (contractExecutor()) return;
  describe(`${name} is a backend`, () => {
    beforeAll(() => make().activate());

    test('says that it can start, starts, and may be started again', async () => {
      const backend = make();
      expect(await backend.isAvailable()).toEqual({ available: true });
      await backend.activate();
      expect(tf.getBackend()).toBe(backend.name);
      const kept = tf.tensor1d([1, 2]);
      await backend.activate();
      expect(kept).toEqualTensor([1, 2]);
      kept.dispose();
    });

    operationContract((...call) => expectNoLeak(() => runEagerly(...call)), options);

    describe('at the edges', () => edgeTests(options.defects ?? {}));
  });
  if (runs) executorContract(`eager (${name})`, () => eager(), { activate: () => make().activate(), growth });
}

function edgeTests(defects: Readonly<Record<string, string>>): void {
  const values = async (body: () => tf.Tensor): Promise<number[]> => {
    const tensor = tf.tidy(body);
    const data = [...(await tensor.data())];
    tensor.dispose();
    return data;
  };

  test.each([
    ['clipByValue', (x: tf.Tensor) => tf.clipByValue(x, -1, 1)],
    ['relu', tf.relu],
    ['abs', tf.abs],
    ['sqrt', tf.sqrt],
    ['sum', (x: tf.Tensor) => tf.sum(x)],
    ['mean', (x: tf.Tensor) => tf.mean(x)],
    ['max', (x: tf.Tensor) => tf.max(x)],
    ['maximum', (x: tf.Tensor) => tf.maximum(x, 0)],
    ['softmax', (x: tf.Tensor) => tf.softmax(x)],
  ] as const)('%s of NaN is NaN', async (operation, run) => {
    const result = await values(() => run(tf.tensor1d([NaN])));
    if (defects[`${operation} of NaN`]) expect(result[0], 'take it off the list').not.toBeNaN();
    else expect(result).toEqual([NaN]);
  });

  test.each([
    ['sum', (x: tf.Tensor) => tf.div(tf.sum(x), 1e6)],
    ['mean', (x: tf.Tensor) => tf.mean(x)],
  ] as const)('the %s of a million numbers is right to five digits', async (operation, run) => {
    const [result] = await values(() => run(tf.fill([1e6], 0.1)));
    const error = Math.abs(result! - 0.1);
    if (defects[`${operation} of a million`]) expect(error, 'take it off the list').toBeGreaterThan(1e-6);
    else expect(error).toBeLessThanOrEqual(1e-6);
  });

  test('reads back what was written: extremes, whole numbers, truth values', async () => {
    const extremes = [0, -0, 1e-38, -3.4e38, Infinity, -Infinity, NaN].map(Math.fround);
    expect(await values(() => tf.tensor1d(extremes))).toEqual(extremes);
    expect(await values(() => tf.tensor1d([2 ** 31 - 1, -(2 ** 31), 0], 'int32'))).toEqual([
      2 ** 31 - 1,
      -(2 ** 31),
      0,
    ]);
    expect(await values(() => tf.greater(tf.tensor1d([1, -1]), 0))).toEqual([1, 0]);
    expect(await values(() => tf.cast(tf.tensor1d([1.9, -1.9]), 'int32'))).toEqual([1, -1]);
  });

  test('an error in an op leaves nothing and does not stop the next', async () => {
    await expectNoLeak(async () => {
      const [a, b] = [tf.ones([2, 3]), tf.ones([2, 3])];
      expect(() => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D)).toThrow(/matMul/);
      expect(await values(() => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, false, true))).toEqual([
        3, 3, 3, 3,
      ]);
      tf.dispose([a, b]);
    });
  });
}
