import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import keras from '../../../testing/references/models/keras_batch_normalization.json' with { type: 'json' };
import torch from '../../../testing/references/models/torch_layers.json' with { type: 'json' };
import type { BatchNormalizationOptions } from './index.js';
import { BatchNormalization } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

interface Plain {
  readonly shape: number[];
  readonly values: number[];
}

const tensor = ({ shape, values }: Plain): tf.Tensor => tf.tensor(values, shape, 'float32');

function expectClose(got: tf.Tensor, { shape, values }: Plain, tolerance: number): void {
  expect(got.shape).toEqual(shape);
  const scale = Math.max(1, ...values.map(Math.abs));
  got
    .dataSync()
    .forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(tolerance * scale));
}

function built(options: BatchNormalizationOptions, shape: number[]): BatchNormalization {
  const layer = new BatchNormalization(options);
  layer.build(shape);
  return layer;
}

/** Output and gradients in the input and the layer's own parameters. */
function gradients(layer: BatchNormalization, x: tf.Tensor, upstream: tf.Tensor, training: boolean) {
  const own = layer.trainableWeights.map((weight) => weight.read());
  const f = (input: tf.Tensor) => layer.call(input, { training });
  // tf.grads passes its inputs on; the layer reads its variables itself.
  const all = tf.grads((input) => f(input as tf.Tensor))([x, ...own] as tf.Tensor[], upstream);
  return { y: f(x), all };
}

describe('the gradient of PyTorch, in float64', () => {
  it.each(torch.batchNormalization)('$name', (fixture) => {
    const { gamma, beta, momentum, epsilon, training } = fixture;
    const options = { momentum, epsilon, scale: gamma !== null, center: beta !== null };
    const layer = built(options, fixture.x.shape);
    tf.tidy(() => {
      const given = [gamma, beta, fixture.movingMean, fixture.movingVariance].filter(
        (values) => values !== null,
      );
      layer.setWeights(given.map(tensor));
      const x = tensor(fixture.x);
      // Far from 0 the inputs themselves have only float32's digits.
      const tolerance = fixture.name.includes('far') ? 2e-4 : 2e-6;
      const y = layer.call(x, { training });
      expectClose(y, fixture.y, tolerance);
      expectClose(layer.getWeights().at(-2)!, fixture.newMean, 1e-6);
      expectClose(layer.getWeights().at(-1)!, fixture.newVariance, 1e-6);

      const { all } = gradients(layer, x, tensor(fixture.upstream), training);
      const wanted = [fixture.dx, fixture.dGamma, fixture.dBeta].filter((values) => values !== null);
      expect(all.length).toBe(wanted.length);
      all.forEach((gradient, i) => expectClose(gradient, wanted[i]!, 10 * tolerance));
    });
  });
});

describe('the statistics and defaults of Keras', () => {
  it.each(keras)('$name', ({ steps, inference }) => {
    const layer = built({}, steps[0]!.x.shape);
    tf.tidy(() => {
      for (const step of steps) {
        const x = tensor(step.x);
        expectClose(layer.call(x, { training: true }), step.y, 3e-6);
        const [, , mean, variance] = layer.getWeights();
        expectClose(mean!, step.movingMean, 1e-6);
        expectClose(variance!, step.movingVariance, 1e-6);
      }
      expectClose(layer.call(tensor(steps[0]!.x), { training: false }), inference, 3e-6);
      const { x, upstream, dx } = steps[0]!;
      expectClose(gradients(layer, tensor(x), tensor(upstream), true).all[0]!, dx, 1e-5);
    });
  });
});

describe('BatchNormalization', () => {
  it('normalises a batch of one to beta, with no gradient in the input', () => {
    tf.tidy(() => {
      const layer = built({}, [1, 2]);
      layer.setWeights(
        [
          [3, 4],
          [5, 6],
          [0, 0],
          [1, 1],
        ].map((values) => tf.tensor1d(values)),
      );
      const { y, all } = gradients(layer, tf.tensor2d([[100, -7]]), tf.ones([1, 2]), true);
      expect([...y.dataSync()]).toEqual([5, 6]);
      expect([...all[0]!.dataSync()].map(Math.abs)).toEqual([0, 0]);
    });
  });

  it('uses its moving statistics and leaves them alone when frozen', () => {
    tf.tidy(() => {
      const layer = built({ trainable: false }, [4, 2]);
      const x = tf.randomNormal([4, 2], 5, 2, 'float32', 1);
      const before = layer.getWeights().map((weight) => [...weight.dataSync()]);
      expect([...layer.call(x, { training: true }).dataSync()]).toEqual([
        ...layer.call(x, { training: false }).dataSync(),
      ]);
      expect(layer.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
      layer.trainable = true;
      layer.call(x, { training: true });
      expect(layer.getWeights().map((weight) => [...weight.dataSync()])).not.toEqual(before);
    });
  });

  it('names its weights and updates them through LayerVariable.write', () => {
    const layer = built({ name: 'batch_norm_1' }, [4, 2]);
    expect(layer.weights.map((weight) => weight.originalName)).toEqual([
      'gamma',
      'beta',
      'moving_mean',
      'moving_variance',
    ]);
    const written: string[] = [];
    for (const weight of layer.weights) {
      weight.write = () => {
        written.push(weight.originalName);
        return weight;
      };
    }
    tf.tidy(() => void layer.call(tf.ones([4, 2]), { training: true }));
    expect(written).toEqual(['moving_mean', 'moving_variance']);
  });

  it('trains in model.fit, without growth, and survives JSON', async () => {
    const model = tfl.sequential({
      layers: [
        new BatchNormalization({
          momentum: 0.5,
          epsilon: 1e-5,
          scale: false,
          name: 'norm',
          inputShape: [2, 2, 3],
        }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [tf.randomNormal([8, 2, 2, 3], 3, 2, 'float32', 1), tf.ones([8, 1])];
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    const before = tf.memory().numTensors;
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    expect(tf.memory().numTensors).toBe(before);
    expect(model.getLayer('norm').getWeights()[1]!.dataSync()[0]).toBeGreaterThan(1);

    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    expect(copy.getLayer('norm').getConfig()).toMatchObject({
      momentum: 0.5,
      epsilon: 1e-5,
      scale: false,
      center: true,
    });
    copy.setWeights(model.getWeights());
    const outputs = (m: tfl.LayersModel) => [...(m.predict(x) as tf.Tensor).dataSync()];
    expect(outputs(copy)).toEqual(outputs(model));
  });

  it.each([
    [{ momentum: 1.5 }, /momentum must be a number >= 0 and <= 1, got 1.5/],
    [{ epsilon: 0 }, /epsilon must be a number > 0, got 0/],
    [{ scale: 'no' as unknown as boolean }, /scale must be true or false/],
    [{ center: 1 as unknown as boolean }, /center must be true or false/],
  ])('refuses %j', (options, message) => {
    expect(() => new BatchNormalization(options)).toThrow(message);
  });

  it('refuses an input without a known last axis', () => {
    expect(() => new BatchNormalization().build([null, null])).toThrow(
      expect.objectContaining({ code: 'invalid-model' }),
    );
    expect(() => new BatchNormalization().build([4])).toThrow(
      /must be \[N, ..., C\] with a known C, got \[4\]/,
    );
  });
});
