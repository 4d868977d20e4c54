import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { calculateGain, classPriors, type InitializerOption, mlp, seededInitializer } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

function draw(kind: InitializerOption, shape: number[], seed = 1, name = 'layer/kernel'): Float32Array {
  return tf.tidy(() => seededInitializer(kind, { seed, name }).apply(shape).dataSync<'float32'>());
}

/** Variances as their papers say, for 300 inputs and 200 outputs. */
const variances = {
  glorotUniform: 2 / 500,
  glorotNormal: 2 / 500,
  heUniform: 2 / 300,
  heNormal: 2 / 300,
  lecunUniform: 1 / 300,
  lecunNormal: 1 / 300,
  torchUniform: 1 / 3 / 300,
};
const kinds = Object.keys(variances) as (keyof typeof variances)[];

describe('seededInitializer', () => {
  it.each(kinds)('%s has the mean, variance and range of its distribution', (kind) => {
    for (const seed of [0, 1]) {
      const values = draw(kind, [300, 200], seed);
      const n = values.length;
      const mean = values.reduce((sum, value) => sum + value, 0) / n;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variances[kind] / n));
      expect(Math.abs(variance / variances[kind] - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
      const limit =
        Math.sqrt(variances[kind]) * (kind.endsWith('Uniform') ? Math.sqrt(3) : 2 / 0.8796256610342398);
      const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
      expect(largest).toBeGreaterThan(0.99 * limit);
    }
  });

  it('counts the field of a convolution', () => {
    // 3 x 3 x 20 inputs, 3 x 3 x 40 outputs.
    const spread = (kind: InitializerOption) => {
      const values = draw(kind, [3, 3, 20, 40]);
      return values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    };
    expect(spread('heUniform') / (2 / 180)).toBeCloseTo(1, 1);
    expect(spread('glorotNormal') / (2 / 540)).toBeCloseTo(1, 1);
  });

  it('gives each seed and name numbers of its own, also seed 0', () => {
    for (const kind of kinds) {
      const first = String(draw(kind, [4, 4], 0, 'a'));
      expect(String(draw(kind, [4, 4], 0, 'a'))).toBe(first);
      expect(String(draw(kind, [4, 4], 1, 'a'))).not.toBe(first);
      expect(String(draw(kind, [4, 4], 0, 'b'))).not.toBe(first);
    }
  });

  it('fits the layers of TensorFlow.js and survives JSON', async () => {
    const kernelInitializer = seededInitializer('heNormal', { seed: 5, name: 'd/kernel' });
    const model = tfl.sequential({
      layers: [tfl.layers.dense({ units: 3, inputShape: [4], kernelInitializer })],
    });
    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    const kernel = (m: tfl.LayersModel) => [...m.getWeights()[0]!.dataSync()];
    expect(kernel(model)).toEqual([...draw('heNormal', [4, 3], 5, 'd/kernel')]);
    expect(kernel(copy)).toEqual(kernel(model));
  });

  it('refuses bad options', () => {
    const bad = expect.objectContaining({ code: 'invalid-option', scope: 'seeded-initializer' });
    expect(() => seededInitializer('xavier' as 'heNormal', { seed: 1, name: 'a' })).toThrow(bad);
    expect(() => seededInitializer('heNormal', { seed: -1, name: 'a' })).toThrow(bad);
    expect(() => seededInitializer('heNormal', { seed: 1.5, name: 'a' })).toThrow(bad);
    expect(() => seededInitializer('heNormal', { seed: 1, name: '' })).toThrow(bad);
  });

  const moments = (values: Float32Array) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return {
      mean,
      stddev: Math.sqrt(variance),
      largest: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    };
  };

  it.each<[InitializerOption, number, number]>([
    // Deviation and largest value, for 300 inputs and 200 outputs.
    [{ name: 'heUniform', mode: 'fanOut' }, Math.sqrt(2 / 200), Math.sqrt(6 / 200)],
    [{ name: 'heNormal', slope: Math.sqrt(3) }, Math.sqrt(2 / 4 / 300), Infinity],
    [{ name: 'glorotUniform', gain: 5 / 3 }, (5 / 3) * Math.sqrt(2 / 500), (5 / 3) * Math.sqrt(6 / 500)],
    [
      { name: 'varianceScaling', scale: 3, mode: 'fanAvg', distribution: 'normal' },
      Math.sqrt(3 / 250),
      Infinity,
    ],
    [
      { name: 'varianceScaling', scale: 3, mode: 'fanOut', distribution: 'uniform' },
      Math.sqrt(3 / 200),
      Math.sqrt(9 / 200),
    ],
    [{ name: 'torchUniform', fanIn: 12 }, Math.sqrt(1 / 36), Math.sqrt(1 / 12)],
    [{ name: 'uniform', min: -2, max: 2 }, 4 / Math.sqrt(12), 2],
    [{ name: 'normal', stddev: 3 }, 3, Infinity],
    // Keras does not rescale this one.
    [{ name: 'truncatedNormal', stddev: 3 }, 3 * 0.8796256610342398, 6],
  ])('%o has its deviation and range', (kind, stddev, limit) => {
    const got = moments(draw(kind, [300, 200]));
    expect(Math.abs(got.mean / stddev)).toBeLessThan(0.02);
    expect(got.stddev / stddev).toBeCloseTo(1, 1.7);
    if (limit !== Infinity) expect(got.largest / limit).toBeGreaterThan(0.99);
    expect(got.largest).toBeLessThanOrEqual(limit * (1 + 1e-6));
    // A truncated normal ends, a normal does not.
    if (limit === Infinity && kind !== 'heNormal') expect(got.largest).toBeGreaterThan(2 * stddev);
  });

  it('shifts uniform and normal numbers', () => {
    expect(moments(draw({ name: 'uniform', min: 1, max: 3 }, [100, 100])).mean).toBeCloseTo(2, 1);
    expect(moments(draw({ name: 'normal', mean: -5, stddev: 1 }, [100, 100])).mean).toBeCloseTo(-5, 1);
    expect([...draw({ name: 'constant', value: 7 }, [2])]).toEqual([7, 7]);
    expect([...draw('zeros', [2]), ...draw('ones', [2])]).toEqual([0, 0, 1, 1]);
  });

  it.each([[[5, 5]], [[7, 3]], [[3, 7]], [[2, 2, 3, 4]]])(
    'orthogonal has columns or rows at right angles for %o',
    (shape) => {
      const values = draw({ name: 'orthogonal', gain: 2 }, shape);
      const columns = shape.at(-1)!;
      const rows = values.length / columns;
      const at = (row: number, column: number) => values[row * columns + column]!;
      const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
      for (let a = 0; a < count; a++) {
        for (let b = 0; b < count; b++) {
          let product = 0;
          for (let k = 0; k < length; k++)
            product += rows < columns ? at(a, k) * at(b, k) : at(k, a) * at(k, b);
          expect(product).toBeCloseTo(a === b ? 4 : 0, 5);
        }
      }
    },
  );

  it('orthogonal matrices turn as often to one side as to the other', () => {
    // Entries of a uniform rotation of n dimensions have mean 0 and variance 1 / n; those of a biased one have not.
    const all = Array.from({ length: 400 }, (_, seed) => draw('orthogonal', [3, 3], seed));
    for (let entry = 0; entry < 9; entry++) {
      const one = moments(Float32Array.from(all, (values) => values[entry]!));
      expect(Math.abs(one.mean)).toBeLessThan(0.12);
      expect(one.stddev).toBeCloseTo(Math.sqrt(1 / 3), 1);
    }
  });

  it('identity and dirac pass inputs on', () => {
    expect([...draw({ name: 'identity', gain: 3 }, [2, 3])]).toEqual([3, 0, 0, 0, 3, 0]);
    const image = tf.randomUniform([1, 5, 4, 2], 0, 1, 'float32', 1) as tf.Tensor4D;
    const same = tf.conv2d(image, tf.tensor4d(draw('dirac', [3, 3, 2, 2]), [3, 3, 2, 2]), 1, 'same');
    expect([...same.dataSync()]).toEqual([...image.dataSync()]);
  });

  it('sparse leaves out a share of every input, not always the same', () => {
    const values = draw({ name: 'sparse', sparsity: 0.25, stddev: 1 }, [50, 6]);
    const rows = Array.from({ length: 50 }, (_, row) => [...values.subarray(row * 6, row * 6 + 6)]);
    for (const row of rows) expect(row.filter((value) => value === 0)).toHaveLength(2);
    expect(new Set(rows.map((row) => row.map((value) => Number(value === 0)).join(''))).size).toBeGreaterThan(
      8,
    );
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a number that it has not',
      { name: 'zeros', gain: 1 },
      /kind.gain must be left out: zeros takes no numbers/,
    ],
    [
      'a word that there is not',
      { name: 'heNormal', mode: 'fan_out' },
      /kind.mode must be one of 'fanIn', 'fanOut', 'fanAvg'/,
    ],
    ['a number that is none', { name: 'normal', stddev: -1 }, /kind.stddev must be a number >= 0/],
    ['NaN', { name: 'constant', value: NaN }, /kind.value must be a/],
  ])('refuses %s', (_, kind, message) => {
    expect(() => seededInitializer(kind as InitializerOption, { seed: 1, name: 'a' })).toThrow(message);
  });
});

describe('calculateGain', () => {
  it('has the gains of PyTorch', () => {
    const gains = { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: 1.4142135623730951, selu: 0.75 } as const;
    for (const [name, gain] of Object.entries(gains)) expect(calculateGain(name as 'relu')).toBe(gain);
    expect(calculateGain('leakyRelu')).toBeCloseTo(1.4141428569978354, 12);
    expect(calculateGain('leakyRelu', 0.2)).toBeCloseTo(1.3867504905630728, 12);
    expect(() => calculateGain('gelu')).toThrow(/activation must be one of linear, sigmoid/);
  });
});

describe('biases', () => {
  it('start as the options say', () => {
    const base = { inputs: 400, hidden: [300], outputs: 3, seed: 1 } as const;
    const bias = (model: tfl.LayersModel, layer: string) =>
      model.getLayer(layer).getWeights()[1]!.dataSync<'float32'>();
    const torch = mlp({ ...base, biasInitializer: 'torchUniform' });
    const hidden = bias(torch, 'hidden_1');
    // As PyTorch's: uniform to 1 / sqrt(fan in) of the kernel.
    expect(Math.max(...hidden)).toBeLessThanOrEqual(1 / 20);
    expect(Math.max(...hidden)).toBeGreaterThan(0.98 / 20);
    expect(Math.max(...bias(torch, 'output').map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(300));
    const primed = mlp({ ...base, outputBias: classPriors([6, 3, 1]) });
    bias(primed, 'output').forEach((value, i) => expect(value).toBeCloseTo(Math.log([0.6, 0.3, 0.1][i]!), 6));
    expect([...bias(primed, 'hidden_1')]).toEqual(Array.from({ length: 300 }, () => 0));
    expect([...bias(mlp({ ...base, outputBias: 2, bias: false }), 'output')]).toEqual([2, 2, 2]);
    expect(mlp({ ...base, bias: false }).countParams()).toBe(400 * 300 + 300 * 3);
    expect(() => mlp({ ...base, outputBias: [1, 2] })).toThrow(/outputBias must be one number, or 3 of them/);
    expect(() => classPriors([1])).toThrow(/counts must be a list of at least two/);
    expect(() => classPriors([1, 0])).toThrow(/counts\[1\] must be/);
  });

  it('survive JSON', async () => {
    const model = mlp({ inputs: 2, hidden: [], outputs: 2, outputBias: [1, -1] });
    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    expect([...copy.getWeights()[1]!.dataSync()]).toEqual([1, -1]);
  });
});
