import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { scriptedRun, toyDataset, toyWeights } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { refreshBatchNorm } from './refresh-batch-norm.js';
import { swa } from './swa.js';

beforeAll(() => tf.setBackend('cpu'));

describe('swa', () => {
  const epochs = Array.from({ length: 7 }, () => ({ loss: 1 }));
  // The square of the epochs done.
  const weights = (done: number) => ({
    weight: { data: Float32Array.of(done * done), shape: [1], dtype: 'float32' as const },
  });

  test('ends with the plain average of the weights from its first epoch on', async () => {
    const all = await scriptedRun({ plugins: [swa({ startEpoch: 4 })], epochs, weights });
    expect(all.weights['weight']!.data[0]).toBeCloseTo((25 + 36 + 49) / 3, 4);
    const some = await scriptedRun({ plugins: [swa({ startEpoch: 1, everyEpochs: 3 })], epochs, weights });
    expect(some.weights['weight']!.data[0]).toBeCloseTo((4 + 25) / 2, 4);
    const none = await scriptedRun({ plugins: [swa({ startEpoch: 9 })], epochs, weights });
    expect(none.weights['weight']!.data[0]).toBe(49);
  });

  test('brings the rate down as SWALR of PyTorch, whatever it is scheduled to', async () => {
    // torch.optim.swa_utils.SWALR(swa_lr=0.02, anneal_epochs=4, anneal_strategy='cos') from 0.1, torch 2.
    const torch = [0.1, 0.08828427124746191, 0.06, 0.0317157287525381, 0.02, 0.02];
    const plugin = swa({ startEpoch: 1, learningRate: 0.02, annealEpochs: 4 });
    for (const learningRate of [0.1, (epoch: number) => (epoch < 2 ? 0.1 : 0.5)]) {
      const { learningRates, error, record } = await scriptedRun({ plugins: [plugin], epochs, learningRate });
      expect(error).toBeUndefined();
      expect(learningRates[0]).toBe(0.1);
      const rates = record.epochs.map((line) => line['learning_rate']!);
      torch.forEach((rate, i) => expect(rates[i + 1]).toBeCloseTo(rate, 12));
    }
  });

  test.each([
    [{ startEpoch: 1.5 }, 'startEpoch must be a whole number'],
    [{ startEpoch: 0, learningRate: 0 }, 'learningRate must be a number > 0'],
    [{ startEpoch: 0, everyEpochs: 0 }, 'everyEpochs'],
    [{ startEpoch: 0, annealEpochs: -1 }, 'annealEpochs'],
  ])('refuses %j', (options, message) => {
    expect(() => swa(options)).toThrow(message);
  });
});

/** Rows, each with the target 0. */
const dataOf = (rows: readonly (readonly number[])[]) =>
  toyDataset({
    inputs: {
      input: {
        data: Float32Array.from(rows.flat()),
        shape: [rows.length, rows[0]!.length],
        dtype: 'float32',
      },
    },
    targets: { target: { data: new Float32Array(rows.length), shape: [rows.length, 1], dtype: 'float32' } },
  });

describe('refreshBatchNorm', () => {
  test('sets moving statistics to their means over the batches, of stock layers and whatever their momentum', async () => {
    const inputs = [
      [1, 200, -3],
      [2, 100, 5],
      [4, 300, 0],
      [0, 500, 1],
      [3, 400, 2],
    ];
    for (const momentum of [0.99, 0.5]) {
      const layer = tfl.layers.batchNormalization({ name: 'norm', momentum, inputShape: [3] });
      const frozen = tfl.layers.batchNormalization({ name: 'frozen' });
      frozen.trainable = false;
      const model = toyWeights(
        tfl.sequential({ layers: [layer, frozen, tfl.layers.dense({ name: 'out', units: 1 })] }),
      );
      const before = model
        .getLayer('frozen')
        .getWeights()
        .map((one) => [...one.dataSync()]);
      const data = dataOf(inputs);
      const count = await refreshBatchNorm(model, data, { batchSize: 2 });
      expect(count).toBe(2);
      const rows = [inputs.slice(0, 2), inputs.slice(2, 4), inputs.slice(4)];
      const [mean, variance] = layer
        .getWeights()
        .slice(2)
        .map((one) => [...one.dataSync()]);
      for (let column = 0; column < 3; column++) {
        const means = rows.map((batch) => batch.reduce((sum, row) => sum + row[column]!, 0) / batch.length);
        const variances = rows.map(
          (batch, b) => batch.reduce((sum, row) => sum + (row[column]! - means[b]!) ** 2, 0) / batch.length,
        );
        const expected = [means, variances].map((all) => all.reduce((a, b) => a + b, 0) / 3);
        expect(mean![column]! / expected[0]!).toBeCloseTo(1, 4);
        expect(variance![column]! / expected[1]!).toBeCloseTo(1, 4);
      }
      expect(
        model
          .getLayer('frozen')
          .getWeights()
          .map((one) => [...one.dataSync()]),
      ).toEqual(before);
      model.dispose();
    }
  });

  test('leaves a model without batch normalisation alone, and leaks nothing', async () => {
    const model = toyWeights(tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] }));
    const tensors = tf.memory().numTensors;
    expect(await refreshBatchNorm(model, dataOf([[1]]))).toBe(0);
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });
});
