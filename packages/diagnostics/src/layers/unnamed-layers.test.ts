import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { toyClasses, toyRun } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { descent } from '../health/networks.fixture.js';
import { activationProfile, activations, featureMaps, gradCam, health } from '../index.js';

beforeAll(() => tf.setBackend('cpu'));

/** A network whose layers have names, or only their places. */
function network(named: boolean): tfl.Sequential {
  const name = (own: string) => (named ? { name: own } : {});
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        filters: 2,
        kernelSize: 2,
        kernelInitializer: 'ones',
        inputShape: [3, 3, 1],
        ...name('conv'),
      }),
      tfl.layers.flatten(name('flat')),
      tfl.layers.dense({ units: 2, kernelInitializer: 'ones', ...name('out') }),
    ],
  });
}

test('layers without a name are seen as those that have one, by their places', async () => {
  const x = tf.ones<tf.Rank.R4>([1, 3, 3, 1]);
  const [named, placed] = [network(true), network(false)];
  const profile = await activationProfile(placed, x);
  expect(profile.map(({ layer }) => layer)).toEqual(['Conv2D#1', 'Flatten#1', 'Dense#1']);
  const withoutNames = (all: readonly object[]) => all.map((one) => ({ ...one, layer: '' }));
  expect(withoutNames(profile)).toEqual(withoutNames(await activationProfile(named, x)));
  expect(Object.keys(await activations(placed, x, { layers: ['Dense#1'] }))).toEqual(['Dense#1']);
  expect((await featureMaps(placed, x, { layer: 'Conv2D#1' })).images).toEqual(
    (await featureMaps(named, x, { layer: 'conv' })).images,
  );
  expect((await gradCam(placed, x, { layer: 'Conv2D#1' })).maps).toEqual(
    (await gradCam(named, x, { layer: 'conv' })).maps,
  );
});

test.each([
  [-1000, 'dead'],
  [10, 'healthy'],
])('health judges their units as those of others: with a bias of %d they are %s', async (bias, verdict) => {
  const verdicts = [];
  for (const name of [{ name: 'hidden' }, {}]) {
    const [width] = toyClasses().inputs['input']?.shape ?? [2];
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 3,
          activation: 'relu',
          biasInitializer: tfl.initializers.constant({ value: bias }),
          kernelInitializer: 'zeros',
          inputShape: [width!],
          ...name,
        }),
        tfl.layers.dense({ units: 1, kernelInitializer: 'ones', name: 'out' }),
      ],
    });
    const watch = health();
    await toyRun({ model, optimizer: descent(0.01), plugins: [watch], fit: { epochs: 3 } });
    verdicts.push(watch.report().layers.map(({ verdict }) => verdict));
  }
  expect(verdicts[0]![0]).toBe(verdict);
  expect(verdicts[1]).toEqual(verdicts[0]);
});
