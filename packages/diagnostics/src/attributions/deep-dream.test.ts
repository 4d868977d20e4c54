import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import reference from '../../../../testing/references/diagnostics/deep-dream.json' with { type: 'json' };
import { attributionInputs, attributionModel } from '../attribution-model.fixture.js';
import { deepDream } from '../index.js';
import { resized, rolled } from './host-picture.js';

beforeAll(() => tf.setBackend('cpu'));

const picture = { data: attributionInputs.data.slice(0, 128), shape: [8, 8, 2], dtype: 'float32' as const };
const [lowest, highest] = reference.bounds as [number, number];
const { layer, octaves, octaveScale, steps, stepSize } = reference;
const options = { layer, octaves, octaveScale, steps, stepSize, bounds: [lowest, highest] as const };

test.each([
  ['all channels', reference.all, {}],
  ['a channel', reference.channel1, { channel: 1 }],
])("of %s is the notebook's, octave by octave", async (_, wanted, more) => {
  const model = attributionModel();
  await expectNoLeak(async () => {
    const dream = await deepDream(model, picture, { ...options, ...more });
    expect(dream.octaves.map(({ height, width }) => [height, width])).toEqual([[4, 4], [6, 6], [8, 8]]); // prettier-ignore
    wanted.octaves.forEach(({ activations }, i) =>
      activations.forEach((value, t) => expect(dream.octaves[i]!.activations[t]).toBeCloseTo(value, 5)),
    );
    expect(dream.picture.shape).toEqual([8, 8, 2]);
    wanted.picture.forEach((value, i) => expect(dream.picture.data[i]).toBeCloseTo(value, 4));
  });
});

test('jitter is drawn from the seed, and moves the picture back', async () => {
  const model = attributionModel();
  const one = await deepDream(model, picture, { ...options, jitter: 2, seed: 3 });
  expect(await deepDream(model, picture, { ...options, jitter: 2, seed: 3 })).toEqual(one);
  expect((await deepDream(model, picture, { ...options, jitter: 2, seed: 4 })).picture).not.toEqual(
    one.picture,
  );
  // A layer that looks at one pixel at a time does not care where the picture lies.
  const pixelwise = tfl.sequential({
    layers: [tfl.layers.conv2d({ filters: 3, kernelSize: 1, name: 'one', inputShape: [8, 8, 2] })],
  });
  const moved = await deepDream(pixelwise, picture, { ...options, layer: 'one', jitter: 3 });
  const still = await deepDream(pixelwise, picture, { ...options, layer: 'one' });
  still.picture.data.forEach((value, i) => expect(moved.picture.data[i]).toBeCloseTo(value, 5));
});

test('pictures enlarge between their corners, and roll round', () => {
  const small = { height: 2, width: 2, channels: 1, values: Float64Array.of(0, 1, 2, 3) };
  expect([...resized(small, 3, 3).values]).toEqual([0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3]);
  expect([...resized(small, 1, 1).values]).toEqual([0]);
  const row = { height: 1, width: 3, channels: 2, values: Float64Array.of(1, 2, 3, 4, 5, 6) };
  expect([...rolled(row, 0, 1).values]).toEqual([5, 6, 1, 2, 3, 4]);
  expect([...rolled(row, -5, -4).values]).toEqual([3, 4, 5, 6, 1, 2]);
});

test('refuses what has no one size, other layers, and pictures that nothing answers', async () => {
  const model = attributionModel();
  await expectNoLeak(async () => {
    await expect(deepDream(model, picture, { layer: 'con' })).rejects.toThrow("did you mean 'conv'");
    await expect(deepDream(model, picture, { layer: 'output' })).rejects.toThrow(
      'must be a layer of the model itself',
    );
    await expect(deepDream(model, picture, { layer: 'conv', channel: 4 })).rejects.toThrow('less than 4');
    await expect(deepDream(model, picture, { layer: 'conv', octaves: 7 })).rejects.toThrow(
      'too small for 7 octaves',
    );
    await expect(deepDream(model, picture, { layer: 'pool', octaves: 6 })).rejects.toThrow(
      "1 x 1 cannot pass the layers up to 'pool'",
    );
    const dark = { ...picture, data: new Float32Array(128).fill(-1e4) };
    await expect(deepDream(model, { ...dark, shape: [64, 2] }, { layer: 'conv' })).rejects.toThrow(
      'got [64,2]',
    );
    const dead = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 1,
          kernelSize: 1,
          kernelInitializer: 'ones',
          activation: 'relu',
          inputShape: [8, 8, 2],
        }),
      ],
    });
    await expect(deepDream(dead, dark, { layer: 'Conv2D#1' })).rejects.toThrow('nothing in it answers');
    dead.dispose();
  });
});
