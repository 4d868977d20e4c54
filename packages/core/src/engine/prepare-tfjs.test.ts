import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkVersion, prepareTfjs } from './prepare-tfjs.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  prepareTfjs();
});

describe('the repaired gradients', () => {
  const stock: tf.GradConfig = { kernelName: 'MirrorPad', gradFunc: () => ({}) };
  const put = (config: tf.GradConfig): void => {
    tf.unregisterGradient(config.kernelName);
    tf.registerGradient(config);
  };

  test('come back after a package that registers all stock ones again', () => {
    const names = ['MirrorPad', 'FusedBatchNorm', 'Maximum', 'Minimum', 'SquaredDifference', 'BatchMatMul'];
    const others = names.map((name) => ({ ...tf.getGradient(name) }));
    others.forEach(put);
    prepareTfjs();
    names.forEach((name, i) => expect(tf.getGradient(name), name).not.toBe(others[i]));
    const padded = tf.grad((x) => tf.mirrorPad(x, [[1, 1]], 'reflect'))(tf.ones([3]));
    expect([...padded.dataSync()]).toEqual([1, 3, 1]);
  });

  test('leave a single one alone that somebody registered', () => {
    const ours = tf.getGradient('MirrorPad');
    put(stock);
    prepareTfjs();
    expect(tf.getGradient('MirrorPad')).toBe(stock);
    put(ours);
  });
});

describe('chained ops that TensorFlow.js itself calls', () => {
  test.each(['lstm', 'gru'] as const)(
    '%s with its default initializers is made and differentiated',
    (kind) => {
      const model = tfl.sequential({
        layers: [tfl.layers[kind]({ units: 3, inputShape: [4, 2] }), tfl.layers.dense({ units: 1 })],
      });
      const recurrent = model.layers[0]!.getWeights()[1]!;
      // Orthogonal: the product with itself is the identity, in blocks of its 3 rows.
      const product = tf.matMul(recurrent as tf.Tensor2D, recurrent as tf.Tensor2D, false, true);
      const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
      [...product.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(identity[i]!, 5));
      const { grads } = tf.variableGrads(
        () => tf.mean(model.apply(tf.ones([2, 4, 2]), { training: true }) as tf.Tensor) as tf.Scalar,
      );
      expect(Object.keys(grads)).toHaveLength(5);
    },
  );

  test('r2Score', () => {
    // 1 - (1 + 0 + 1) / (1 + 0 + 1 + ...): residuals 1, 0, 0, deviations from 3 squared: 4, 0, 4.
    const score = tfl.metrics.r2Score(tf.tensor1d([1, 3, 5]), tf.tensor1d([2, 3, 5]));
    expect(score.dataSync()[0]).toBeCloseTo(1 - 1 / 8, 6);
  });

  test('the gradient of prod, with and without zeros', () => {
    const gradient = (rows: number[][], axis?: number): number[] => [
      ...tf
        .grad((x) => tf.prod(x, axis))(tf.tensor2d(rows))
        .dataSync(),
    ];
    const rows = [
      [2, 3, 4],
      [5, 0, 7],
    ];
    expect(gradient(rows, 1)).toEqual([12, 8, 6, 0, 35, 0]);
    expect(gradient(rows, 0)).toEqual([5, 0, 7, 2, 3, 4]);
    expect(gradient([[2, 3]])).toEqual([3, 2]);
  });

  test('one that is there already stays, and what comes later may take its place', () => {
    const methods = tf.Tensor.prototype as unknown as Record<string, unknown>;
    const own = methods['square'];
    const theirs = () => 'theirs';
    methods['square'] = theirs;
    prepareTfjs();
    expect(methods['square']).toBe(theirs);
    methods['square'] = own;
  });
});

test('a TensorFlow.js that is too old or too new is refused, with the fix', () => {
  for (const version of ['4.22.0', '4.30.1']) expect(() => checkVersion(version)).not.toThrow();
  for (const version of ['4.20.0', '3.21.0', '5.0.0-alpha'])
    expect(() => checkVersion(version)).toThrow(
      `[tfjs] @tensorflow/tfjs-core is ${version}, and Espalier needs 4.22.0 or a later 4.x: npm install @tensorflow/tfjs-core@4.22.0`,
    );
});
