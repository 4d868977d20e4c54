import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import fixtures from '../../../testing/references/models/torch_layers.json' with { type: 'json' };
import {
  Activation,
  type ActivationOption,
  activationLayer,
  inlineActivation,
  resolveActivation,
} from './activation.js';
import { type ActivationName, activationNames } from './activations.js';
import { mlp, RandomRelu } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const resolve = (given: ActivationOption) => resolveActivation('test', 'activation', given);

/** Layers of an activation: by itself, and inside a dense layer where it can stand there. */
function layersOf(given: ActivationOption): [string, tfl.layers.Layer][] {
  const inline = inlineActivation(resolve(given));
  const dense = () =>
    tfl.layers.dense({ units: 1, kernelInitializer: 'ones', activation: inline!, inputShape: [1] });
  return [
    ['as a layer', activationLayer(resolve(given), 'activation')],
    ...(inline ? [['inside a dense layer', dense()] as [string, tfl.layers.Layer]] : []),
  ];
}

function expectPointwise(
  layer: tfl.layers.Layer,
  values: readonly number[],
  slopes: readonly number[],
  kinks: readonly number[] = [],
): void {
  tf.tidy(() => {
    const x = tf.tensor2d(fixtures.points, [fixtures.points.length, 1]);
    const f = (input: tf.Tensor) => layer.apply(input) as tf.Tensor;
    const got = [f(x).dataSync(), tf.grad(f)(x).dataSync()];
    const near = (i: number, which: number, wanted: number) => {
      const off = Math.abs(got[which]![i]! - wanted) / Math.max(1, Math.abs(wanted));
      expect(off, `${which ? 'slope' : 'value'} at ${fixtures.points[i]}`).toBeLessThan(5e-5);
    };
    values.forEach((value, i) => near(i, 0, value));
    slopes.forEach((slope, i) => {
      if (!kinks.includes(fixtures.points[i]!)) near(i, 1, slope);
    });
  });
}

const overRows = Object.keys(fixtures.activationsOverRows) as (keyof typeof fixtures.activationsOverRows)[];
const pointwise = activationNames.filter(
  (name): name is keyof typeof fixtures.activations & ActivationName => name in fixtures.activations,
);

it('every activation has a reference', () => {
  expect([...pointwise, ...overRows].sort()).toEqual([...activationNames].sort());
});

describe.each(pointwise)('activation %s', (name) => {
  const { values, slopes } = fixtures.activations[name];
  it.each(layersOf(name))('has the values and slopes of PyTorch, %s', (_, layer) => {
    expectPointwise(layer, values, slopes, name === 'hardTanh' ? [-1, 1] : []);
  });
});

it.each(fixtures.activationsWithNumbers.map((row) => [JSON.stringify(row.activation), row] as const))(
  'the activation %s has the values and slopes of PyTorch',
  (_, { activation, values, slopes }) => {
    for (const [, layer] of layersOf(activation as ActivationOption))
      expectPointwise(layer, values, slopes, activation.name === 'hardTanh' ? [-2, 0.75] : []);
  },
);

it.each(overRows)('%s goes over the last axis as in PyTorch', (name) => {
  const { x, y, upstream, dx } = fixtures.activationsOverRows[name];
  tf.tidy(() => {
    const layer = activationLayer(resolve(name), 'activation');
    const f = (input: tf.Tensor) => layer.apply(input) as tf.Tensor;
    const input = tf.tensor(x.values, x.shape);
    expect(layer.computeOutputShape(x.shape)).toEqual(y.shape);
    f(input)
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(y.values[i]!, 3));
    tf.grad(f)(input, tf.tensor(upstream.values, upstream.shape))
      .dataSync()
      .forEach((value, i) => expect(value).toBeCloseTo(dx.values[i]!, 3));
  });
});

it('sparsemax is a distribution with exact zeros', () => {
  const layer = new Activation({ activation: 'sparsemax' });
  const rows = (
    layer.apply(
      tf.tensor2d([
        [0.1, 0, 3],
        [0.3, 0.3, 0.2],
      ]),
    ) as tf.Tensor2D
  ).arraySync();
  expect(rows[0]).toEqual([0, 0, 1]);
  expect(rows[1]!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
});

it.each(['celu', 'exponential', 'squareplus', 'softplus', 'logSigmoid', 'sparsemax', 'softmax'] as const)(
  '%s stays a number, with its slope, far from 0',
  (name) => {
    const layer = activationLayer(resolve(name), 'activation');
    const far = name === 'exponential' ? [-1e4, -100, 0, 80] : [-1e4, -100, 0, 1e4];
    const x = tf.tensor2d(far, [1, 4]);
    const f = (input: tf.Tensor) => layer.apply(input) as tf.Tensor;
    expect([...f(x).dataSync(), ...tf.grad(f)(x).dataSync()].every(Number.isFinite)).toBe(true);
  },
);

describe('mlp', () => {
  it('takes an activation for each layer, one with numbers, and a function', () => {
    const seen: number[][] = [];
    const own = (x: tf.Tensor) => {
      seen.push(x.shape);
      return tf.sin(x);
    };
    const model = mlp({
      inputs: 3,
      hidden: [4, 6, 5],
      outputs: 2,
      activation: ['tanh', { name: 'leakyRelu', slope: 0.3 }, own],
    });
    expect(model.layers.map(({ name }) => name)).toEqual([
      ...['hidden_1', 'hidden_2', 'activation_2', 'hidden_3', 'activation_3', 'output'],
    ]);
    expect(model.getLayer('activation_2').getConfig()['alpha']).toBe(0.3);
    model.predict(tf.ones([2, 3]));
    expect(seen.at(-1)).toEqual([2, 5]);
    expect(() => model.toJSON()).toThrow(/a function of your own cannot be saved/);
  });

  it('gives glu twice the units', () => {
    const model = mlp({ inputs: 3, hidden: [4], outputs: 2, activation: 'glu' });
    expect(model.getLayer('hidden_1').outputShape).toEqual([null, 8]);
    expect(model.getLayer('activation_1').outputShape).toEqual([null, 4]);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a number that it has not',
      { name: 'tanh', slope: 1 },
      /activation must be an activation with no numbers: tanh has none/,
    ],
    [
      'an unknown number',
      { name: 'leakyRelu', alpha: 1 },
      /activation must be an activation with the numbers slope/,
    ],
    ['a number that is none', { name: 'leakyRelu', slope: 'x' }, /activation.slope must be a number/],
    ['an unknown name', { name: 'step' }, /activation.name must be one of 'relu'/],
    ['too few', ['relu'], /activation must be one activation, or 2 of them/],
    ['one of several', ['relu', 'relö'], /activation\[1\] must be one of 'relu'/],
  ])('refuses %s', (_, activation, message) => {
    expect(() => mlp({ inputs: 3, hidden: [4, 4], outputs: 2, activation: activation as 'relu' })).toThrow(
      message,
    );
  });
});

describe('Activation', () => {
  it('survives JSON with its numbers', async () => {
    const model = mlp({
      inputs: 3,
      hidden: [4, 4],
      outputs: 2,
      activation: [{ name: 'celu', alpha: 0.5 }, 'rrelu'],
    });
    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    const x = tf.tensor2d([[1, -2, 3]]);
    const [a, b] = [model, copy].map((m) => [...(m.predict(x) as tf.Tensor).dataSync()]);
    expect(b).toEqual(a);
    expect(copy.getLayer('activation_1').getConfig()['activation']).toEqual({ name: 'celu', alpha: 0.5 });
  });

  it('refuses what is a layer, and an odd last axis under glu', () => {
    expect(() => new Activation({ activation: 'prelu' })).toThrow(
      /none that is a layer: use tfl.layers.prelu/,
    );
    expect(() => new Activation({ activation: 'rrelu' })).toThrow(/use new RandomRelu/);
    expect(() => new Activation({ activation: 'glu' }).computeOutputShape([null, 3])).toThrow(
      /last axis must be known and even/,
    );
  });
});

describe('RandomRelu', () => {
  it('draws slopes in its range in training, others in each call, and none otherwise', () => {
    const layer = new RandomRelu({ lower: 0.2, upper: 0.6, seed: 1, name: 'random' });
    const x = tf.fill([1000], -1);
    const slopes = () => [...(layer.apply(x, { training: true }) as tf.Tensor).dataSync()].map((y) => -y);
    const first = slopes();
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...first)).toBeLessThan(0.6);
    expect(first.reduce((sum, slope) => sum + slope, 0) / 1000).toBeCloseTo(0.4, 1);
    expect(slopes()).not.toEqual(first);
    expect((layer.apply(x) as tf.Tensor).dataSync()[0]).toBeCloseTo(-0.4, 6);
    expect(() => new RandomRelu({ lower: 1, upper: 0.5 })).toThrow(/upper must be at least lower, 1/);
  });
});
