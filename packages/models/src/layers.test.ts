import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import fixtures from '../../../testing/references/models/keras_layers.json' with { type: 'json' };
import {
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  GroupNormalization,
  MultiHeadAttention,
  RmsNormalization,
  SpatialDropout,
  UnitNormalization,
} from './index.js';

beforeAll(() => tf.setBackend('cpu'));

interface Values {
  readonly shape: number[];
  readonly values: number[];
}

const tensor = ({ shape, values }: Values) => tf.tensor(values, shape, 'float32');

function expectNear(got: tf.Tensor, wanted: Values): void {
  expect(got.shape).toEqual(wanted.shape);
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted.values[i]!, 3));
}

interface NormalizationCase {
  readonly x: Values;
  readonly weights: readonly Values[];
  readonly y: Values;
  readonly upstream: Values;
  readonly dx: Values;
  readonly dWeights: readonly Values[];
}

function expectAsKeras(layer: tfl.layers.Layer, one: NormalizationCase): void {
  tf.tidy(() => {
    const x = tensor(one.x);
    layer.apply(x);
    layer.setWeights(one.weights.map(tensor));
    const parameters = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    expectNear(layer.apply(x) as tf.Tensor, one.y);
    const loss = () => tf.sum(tf.mul(layer.apply(x) as tf.Tensor, tensor(one.upstream))) as tf.Scalar;
    expectNear(tf.grad((input) => layer.apply(input) as tf.Tensor)(x, tensor(one.upstream)), one.dx);
    if (parameters.length === 0) return;
    const { grads } = tf.variableGrads(loss, parameters);
    one.dWeights.forEach((wanted, i) => expectNear(grads[parameters[i]!.name]!, wanted));
  });
}

describe('GroupNormalization', () => {
  it.each(
    fixtures.groupNormalization.map((one) => [JSON.stringify([one.groups, one.x.shape]), one] as const),
  )('is that of Keras for %s, with its gradients', (_, { groups, epsilon, ...one }) => {
    const affine = 'center' in one ? { center: false, scale: false } : {};
    const layer = new GroupNormalization({ groups: groups as number | 'channels', epsilon, ...affine });
    expectAsKeras(layer, one);
  });

  it('refuses groups that do not divide the channels', () => {
    expect(() => new GroupNormalization({ groups: 4 }).apply(tf.ones([2, 6]))).toThrow(/C that 4 divides/);
    expect(() => new GroupNormalization({ groups: 0 })).toThrow(
      /groups must be a whole number >= 1, or 'channels'/,
    );
  });
});

describe('RmsNormalization and UnitNormalization', () => {
  it.each(fixtures.rmsNormalization)(
    'is that of Keras for epsilon $epsilon',
    ({ epsilon, scale, ...one }) => {
      expectAsKeras(new RmsNormalization({ epsilon, scale }), one);
    },
  );

  it.each(fixtures.unitNormalization)('has length 1 as in Keras', (one) => {
    expectAsKeras(new UnitNormalization(), one);
  });

  it('leave zeros alone', () => {
    for (const layer of [new RmsNormalization(), new UnitNormalization()]) {
      const f = (x: tf.Tensor) => layer.apply(x) as tf.Tensor;
      expect([...f(tf.zeros([1, 3])).dataSync()]).toEqual([0, 0, 0]);
      expect(
        [
          ...tf
            .grad(f)(tf.zeros([1, 3]))
            .dataSync(),
        ].every(Number.isFinite),
      ).toBe(true);
    }
  });
});

describe('MultiHeadAttention', () => {
  it.each(fixtures.attention.map((one, i) => [i, one] as const))('is that of Keras, case %i', (_, one) => {
    tf.tidy(() => {
      const { heads, keySize, valueSize, causal, bias } = one;
      const outputSize = 'outputSize' in one ? { outputSize: one.outputSize! } : {};
      const layer = new MultiHeadAttention({ heads, keySize, valueSize, causal, bias, ...outputSize });
      const inputs = one.inputs.map(tensor);
      const masks = 'mask' in one ? { mask: [null, tf.tensor2d(one.mask as boolean[][])] } : {};
      const f = (...given: tf.Tensor[]) => layer.apply(given, masks as never) as tf.Tensor;
      f(...inputs);
      const weights = one.weights as unknown as Record<string, Values>;
      layer.setWeights(
        layer.weights.map(({ originalName }) => tensor(weights[originalName.split('/').at(-1)!]!)),
      );
      expectNear(f(...inputs), one.y);
      expect(layer.computeOutputShape(one.inputs.map(({ shape }) => shape))).toEqual(one.y.shape);
      tf.grads(f)(inputs, tensor(one.upstream)).forEach((grad, i) => expectNear(grad, one.dInputs[i]!));
    });
  });

  it('takes one tensor, drops weights in training only, and refuses other ranks', () => {
    const layer = new MultiHeadAttention({ heads: 2, keySize: 2, dropout: 0.5, seed: 3 });
    const x = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
    const run = (training: boolean) => [...(layer.apply(x, { training }) as tf.Tensor).dataSync()];
    expect(run(false)).toEqual(run(false));
    expect(run(true)).not.toEqual(run(false));
    expect(run(true)).not.toEqual(run(true));
    expect(() => new MultiHeadAttention({ heads: 2, keySize: 2 }).apply(tf.ones([2, 3]))).toThrow(
      /it takes one to three inputs \[N, T, C\]/,
    );
  });

  it('starts from weights of its name and seed, and survives JSON', async () => {
    const make = (seed: number) => {
      const inputs = tfl.input({ shape: [3, 4] });
      const layer = new MultiHeadAttention({ heads: 2, keySize: 2, causal: true, seed, name: 'attend' });
      return tfl.model({ inputs, outputs: layer.apply(inputs) as tfl.SymbolicTensor });
    };
    const weights = (model: tfl.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);
    expect(weights(make(1))).toEqual(weights(make(1)));
    expect(weights(make(1))[0]).not.toEqual(weights(make(2))[0]);
    expect(weights(make(1))[0]).not.toEqual(weights(make(1))[2]);
    const copy = await tfl.models.modelFromJSON(JSON.parse(make(1).toJSON() as string));
    const x = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
    const out = (model: tfl.LayersModel) => [...(model.predict(x) as tf.Tensor).dataSync()];
    expect(out(copy)).toEqual(out(make(1)));
  });
});

describe('noise', () => {
  const apply = (layer: tfl.layers.Layer, x: tf.Tensor, training = true) =>
    (layer.apply(x, { training }) as tf.Tensor).dataSync<'float32'>();
  const moments = (values: Float32Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
  };
  const size = 40_000;

  it('GaussianDropout multiplies by noise of the variance rate / (1 - rate)', () => {
    const { mean, variance } = moments(apply(new GaussianDropout({ rate: 0.2 }), tf.fill([size], 2)));
    expect(mean).toBeCloseTo(2, 1);
    expect(variance / (4 * 0.25)).toBeCloseTo(1, 1);
  });

  it('GaussianNoise adds noise of its deviation', () => {
    const { mean, variance } = moments(apply(new GaussianNoise({ stddev: 3 }), tf.fill([size], -5)));
    expect(mean).toBeCloseTo(-5, 0);
    expect(variance / 9).toBeCloseTo(1, 1);
  });

  it('AlphaDropout keeps mean 0 and variance 1, and has two values for one', () => {
    const normal = tf.randomNormal([size], 0, 1, 'float32', 5);
    const { mean, variance } = moments(apply(new AlphaDropout({ rate: 0.3 }), normal));
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(variance).toBeCloseTo(1, 1);
    // a (x m + v (1 - m)) + b with v = -1.7580993408473766, for x = 1 and rate 0.3.
    const v = -1.7580993408473766;
    const a = (0.7 * (1 + 0.3 * v * v)) ** -0.5;
    const values = [...new Set(apply(new AlphaDropout({ rate: 0.3 }), tf.ones([size])))].sort(
      (x, y) => x - y,
    );
    expect(values).toHaveLength(2);
    expect(values[0]).toBeCloseTo(a * v - a * v * 0.3, 5);
    expect(values[1]).toBeCloseTo(a - a * v * 0.3, 5);
  });

  it('SpatialDropout drops whole channels of each example, at its rate', () => {
    const kept = apply(new SpatialDropout({ rate: 0.25 }), tf.ones([500, 2, 3, 8]));
    let channels = 0;
    for (let example = 0; example < 500; example++) {
      for (let channel = 0; channel < 8; channel++) {
        const values = Array.from({ length: 6 }, (_, place) => kept[(example * 6 + place) * 8 + channel]!);
        expect(new Set(values).size).toBe(1);
        if (values[0] !== 0) channels += 1;
      }
    }
    expect(channels / 4000).toBeCloseTo(0.75, 1);
    expect(Math.max(...kept)).toBeCloseTo(1 / 0.75, 6);
  });

  it('Dropout shares a draw where its noise shape has 1, and refuses one that does not fit', () => {
    const kept = apply(new Dropout({ rate: 0.5, noiseShape: [null, 1] }), tf.ones([64, 5]));
    const rows = Array.from({ length: 64 }, (_, row) => new Set(kept.subarray(row * 5, row * 5 + 5)));
    expect(rows.every((row) => row.size === 1)).toBe(true);
    expect(new Set(rows.map((row) => [...row][0])).size).toBe(2);
    expect(() => apply(new Dropout({ rate: 0.5, noiseShape: [3, 1] }), tf.ones([64, 5]))).toThrow(
      /noiseShape \[3, 1\] does not fit inputs \[64, 5\]/,
    );
    const config = new Dropout({ rate: 0.5, noiseShape: [null, 1] }).getConfig();
    expect(config['noiseShape']).toEqual([null, 1]);
  });

  it.each([
    ['GaussianDropout', () => new GaussianDropout({ rate: 0.2, seed: 1, name: 'n' })],
    ['GaussianNoise', () => new GaussianNoise({ stddev: 1, seed: 1, name: 'n' })],
    ['AlphaDropout', () => new AlphaDropout({ rate: 0.2, seed: 1, name: 'n' })],
    ['SpatialDropout', () => new SpatialDropout({ rate: 0.5, seed: 1, name: 'n' })],
  ] as const)(
    '%s draws again in each call, the same in each program, and nothing outside training',
    (_, make) => {
      const x = tf.ones([20, 3, 4]);
      const [a, b] = [make(), make()];
      const first = [...apply(a, x)];
      expect([...apply(b, x)]).toEqual(first);
      expect([...apply(a, x)]).not.toEqual(first);
      expect([...apply(a, x, false)]).toEqual(Array.from({ length: 240 }, () => 1));
    },
  );
});
