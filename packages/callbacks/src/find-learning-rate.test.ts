import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { findLearningRate } from './find-learning-rate.js';

beforeAll(() => tf.setBackend('cpu'));

const parts = () => ({ model: toyModel(), loss: toyCrossEntropy(), optimizer: toyOptimizer(), seed: 1 });

describe('findLearningRate', () => {
  test('tries rates that grow, and leaves the model as it was', async () => {
    const options = parts();
    const before = options.model.getWeights().map((weight) => [...weight.dataSync()]);
    const tensors = tf.memory().numTensors;
    const { rates, losses, smoothed, suggestion, tenthOfLowest } = await findLearningRate(
      options,
      toyClasses(),
      {
        from: 1e-3,
        to: 10,
        steps: 41,
        smoothing: 0.5,
        batchSize: 8,
        divergence: Infinity,
      },
    );
    expect(options.model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(rates).toHaveLength(41);
    rates.forEach((rate, i) => expect(rate / (1e-3 * 10 ** (i / 10))).toBeCloseTo(1, 9));
    // Written out: the smoothed loss, and the steepest slope over the logarithm between the points kept.
    let average = 0;
    losses.forEach((loss, i) => {
      average = 0.5 * average + 0.5 * loss;
      expect(smoothed[i]).toBeCloseTo(average / (1 - 0.5 ** (i + 1)), 9);
    });
    const slopes = smoothed.map((loss, i) => (i > 10 && i < 36 ? loss - smoothed[i - 1]! : Infinity));
    expect(suggestion).toBe(rates[slopes.indexOf(Math.min(...slopes)) - 1]);
    expect(tenthOfLowest).toBe(rates[smoothed.indexOf(Math.min(...smoothed))]! / 10);
    // The rate is what the optimizer gets: the first steps change nearly nothing, the last ones much.
    expect(Math.abs(losses[0]! - losses[3]!)).toBeLessThan(0.3);
    expect(suggestion).toBeGreaterThan(1e-2);
    options.model.dispose();
  });

  test('ends where the loss diverges, and steps evenly where asked to', async () => {
    const options = parts();
    const diverged = await findLearningRate(options, toyClasses(), {
      from: 1,
      to: 1000,
      steps: 20,
      smoothing: 0,
      divergence: 1.05,
    });
    expect(diverged.rates.length).toBeLessThan(20);
    const last = diverged.smoothed.at(-1)!;
    expect(last > 1.05 * Math.min(...diverged.smoothed.slice(0, -1)) || !Number.isFinite(last)).toBe(true);
    const linear = await findLearningRate(options, toyClasses(), {
      from: 1,
      to: 3,
      steps: 5,
      mode: 'linear',
      divergence: Infinity,
    });
    expect(linear.rates).toEqual([1, 1.5, 2, 2.5, 3]);
    // Too few for a suggestion between those that are skipped.
    expect(linear.suggestion).toBeUndefined();
    options.model.dispose();
  });

  test('puts the weights back after an error, too', async () => {
    const options = parts();
    const before = options.model.getWeights().map((weight) => [...weight.dataSync()]);
    const failing = {
      name: 'failing',
      onStepEnd: (run: { step: number }) => {
        if (run.step === 3) throw new Error('boom');
      },
    };
    await expect(findLearningRate({ ...options, plugins: [failing] }, toyClasses())).rejects.toThrow('boom');
    expect(options.model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
    await expect(findLearningRate(options, toyClasses(), { from: 1, to: 1 })).rejects.toThrow(
      'to must be a number > 1',
    );
    options.model.dispose();
  });
});
