import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InitializerName } from './index.js';
import { seededInitializer } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

function draw(kind: InitializerName, shape: number[], seed = 1, name = 'layer/kernel'): Float32Array {
  return tf.tidy(() => seededInitializer(kind, { seed, name }).apply(shape).dataSync<'float32'>());
}

/** Variances as their papers say, for 300 inputs and 200 outputs. */
const variances: Record<InitializerName, number> = {
  glorotUniform: 2 / 500,
  glorotNormal: 2 / 500,
  heUniform: 2 / 300,
  heNormal: 2 / 300,
  lecunUniform: 1 / 300,
  lecunNormal: 1 / 300,
  torchUniform: 1 / 3 / 300,
};
const kinds = Object.keys(variances) as InitializerName[];

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
    const spread = (kind: InitializerName) => {
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
});
