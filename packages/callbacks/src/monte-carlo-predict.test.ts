import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { toyWeights } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { monteCarloPredict } from './monte-carlo-predict.js';

beforeAll(() => tf.setBackend('cpu'));

const model = (rate: number) => {
  const net = toyWeights(
    tfl.sequential({
      layers: [
        tfl.layers.batchNormalization({ name: 'norm', inputShape: [40] }),
        tfl.layers.dropout({ name: 'drop', rate }),
        tfl.layers.dense({ name: 'out', units: 2 }),
      ],
    }),
  );
  // gamma, beta, moving mean and variance.
  const weights = [1.5, 0.25, 0.5, 2].map((value) => tf.fill([40], value));
  net.getLayer('norm').setWeights(weights);
  tf.dispose(weights);
  return net;
};

describe('monteCarloPredict', () => {
  test('gives the mean and deviation that dropout of a linear layer has', async () => {
    const net = model(0.5);
    const rows = [tf.ones([1, 40]), tf.zeros([1, 40]), tf.fill([1, 40], 2)] as tf.Tensor2D[];
    const x = tf.concat(rows);
    const before = net.getWeights().map((one) => [...one.dataSync()]);
    const tensors = tf.memory().numTensors;
    const { mean, standardDeviation } = await monteCarloPredict(net, x, { samples: 100, batchSize: 2 });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(net.getWeights().map((one) => [...one.dataSync()])).toEqual(before);
    expect(mean.shape).toEqual([3, 2]);
    const plain = (net.predict(x) as tf.Tensor).arraySync() as number[][];
    const [gamma, beta, kernel, , movingMean, movingVariance] = [
      'gamma',
      'beta',
      'kernel',
      'bias',
      'moving_mean',
      'moving_variance',
    ].map(
      (name) =>
        net.weights
          .find((one) => one.name.endsWith(`/${name}`))!
          .read()
          .arraySync() as number[],
    ) as [number[], number[], never, number[], number[], number[]];
    for (const [row, value] of [1, 0, 2].entries()) {
      for (const unit of [0, 1]) {
        // A unit kept with probability 1/2 and doubled: variance x^2 w^2 each.
        const variance = (kernel as number[][]).reduce((sum, w, i) => {
          const normed =
            (gamma[i]! * (value - movingMean[i]!)) / Math.sqrt(movingVariance[i]! + 1e-3) + beta[i]!;
          return sum + (normed * w[unit]!) ** 2;
        }, 0);
        const deviation = Math.sqrt(variance);
        expect(standardDeviation.data[row * 2 + unit]! / deviation).toBeCloseTo(1, 0);
        expect(Math.abs(mean.data[row * 2 + unit]! - plain[row]![unit]!)).toBeLessThan((4 * deviation) / 10);
      }
    }
    const again = await monteCarloPredict(net, x, { samples: 100, batchSize: 2 });
    expect(again.mean.data).toEqual(mean.data);
    const other = await monteCarloPredict(net, x, { samples: 100, batchSize: 2, seed: 1 });
    expect(other.mean.data).not.toEqual(mean.data);
    tf.dispose([x, ...rows]);
    net.dispose();
  });

  test('without dropout is the prediction, and nothing varies', async () => {
    const net = model(0);
    const x = tf.ones([2, 40]);
    const { mean, standardDeviation } = await monteCarloPredict(net, x, { samples: 2 });
    const plain = (net.predict(x) as tf.Tensor).dataSync();
    mean.data.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i]!, 4);
    });
    expect(new Set(standardDeviation.data)).toEqual(new Set([0]));
    expect(net.getLayer('norm').trainable).toBe(true);
    x.dispose();
    net.dispose();
  });

  test('refuses a model of two inputs', async () => {
    const [a, b] = [tfl.input({ shape: [2] }), tfl.input({ shape: [2] })];
    const two = tfl.model({ inputs: [a, b], outputs: tfl.layers.add().apply([a, b]) as tfl.SymbolicTensor });
    await expect(monteCarloPredict(two, tf.ones([1, 2]))).rejects.toThrow(
      'model must be a model with one input',
    );
  });
});
