import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { attributionModel } from '../attribution-model.fixture.js';
import { activations, maximizeActivation } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

/** Units 3 a - 2 b + c + 1 and its opposite. */
function line(): tfl.LayersModel {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, name: 'line', inputShape: [3] })] });
  tf.tidy(() => model.setWeights([tf.tensor2d([[3, -3], [-2, 2], [1, -1]]), tf.tensor1d([1, -1])])); // prettier-ignore
  return model;
}

test('of a linear unit climbs along its weights, by the formula, and leaves nothing', async () => {
  const model = line();
  await expectNoLeak(async () => {
    for (const [unit, weights, bias] of [
      [0, [3, -2, 1], 1],
      [1, [-3, 2, -1], -1],
    ] as const) {
      // prettier-ignore
      const options = { layer: 'line', unit, steps: 7, learningRate: 0.5, decay: 0.1, noise: 0 };
      const { input, activations: climbed } = await maximizeActivation(model, options);
      // x <- 0.95 x + 0.5 w from 0: x = 10 (1 - 0.95^t) w; |w|^2 = 14.
      const along = (t: number): number => 10 * (1 - 0.95 ** t);
      expect(input.shape).toEqual([1, 3]);
      weights.forEach((weight, i) => expect(input.data[i]).toBeCloseTo(along(7) * weight, 4));
      expect(climbed).toHaveLength(8);
      climbed.forEach((value, t) => expect(value).toBeCloseTo(along(t) * 14 + bias, 3));
    }
  });
});

test('ends in the corner of the bounds, and starts inside them', async () => {
  const options = { layer: 'line', steps: 40, learningRate: 1, bounds: [-1, 2] as const };
  const { input, activations: climbed } = await maximizeActivation(line(), options);
  expect(Array.from(input.data as Float32Array)).toEqual([2, -1, 2]);
  expect(climbed.at(-1)).toBe(3 * 2 + 2 + 2 + 1);
  const far = await maximizeActivation(line(), { ...options, bounds: [5, 6], steps: 1, noise: 0 });
  expect(far.activations[0]).toBe(15 - 10 + 5 + 1);
});

test('a channel is averaged over its places; the seed alone says where the climb starts', async () => {
  const model = attributionModel();
  const options = { layer: 'conv', unit: 2, steps: 5, noise: 1, learningRate: 1, seed: 4 };
  const found = await maximizeActivation(model, options);
  const conv = (await activations(model, found.input, { layers: ['conv'] }))['conv']!;
  const channel = Array.from(conv.data as Float32Array).filter((_, i) => i % 4 === 2);
  expect(channel).toHaveLength(64);
  expect(found.activations.at(-1)).toBeCloseTo(channel.reduce((sum, value) => sum + value, 0) / 64, 5);
  expect(found.activations.at(-1)).toBeGreaterThan(found.activations[0]!);
  expect(await maximizeActivation(model, options)).toEqual(found);
  expect((await maximizeActivation(model, { ...options, seed: 5 })).input).not.toEqual(found.input);
});

test('refuses other layers, units, models, and a climb without end', async () => {
  const model = line();
  await expectNoLeak(async () => {
    await expect(maximizeActivation(model, { layer: 'lin' })).rejects.toThrow("did you mean 'line'");
    await expect(maximizeActivation(model, { layer: 'line', unit: 2 })).rejects.toThrow('less than 2');
    await expect(
      maximizeActivation(model, { layer: 'line', decay: 10, learningRate: 1e6, steps: 50 }),
    ).rejects.toThrow('A smaller learningRate');
  });
  const open = tfl.sequential({
    layers: [tfl.layers.conv1d({ filters: 1, kernelSize: 1, inputShape: [null, 2], name: 'conv' })],
  });
  await expect(maximizeActivation(open, { layer: 'conv' })).rejects.toThrow('lengths but the first');
});
