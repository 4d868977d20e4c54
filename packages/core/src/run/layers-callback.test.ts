import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { toLayersCallback } from './layers-callback.js';
import type { Plugin } from './plugin.js';

beforeAll(() => tf.setBackend('cpu'));

test.each([
  ['two-copies', 'another copy of @tensorflow/tfjs-layers', { layers: [], predict: () => undefined }],
  ['invalid-model', 'model', {}],
])('refuses at once (%s) what is no model of this copy of tfjs-layers', (code, message, model) => {
  let error: unknown;
  try {
    toLayersCallback([], model as unknown as tfl.LayersModel);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code });
  expect(String(error)).toContain(message);
});

test('a monitor of a validation that model.fit does not do is refused before the first step', async () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['accuracy'] });
  const [x, y] = [tf.ones([4, 2]), tf.ones([4, 1])];
  let steps = 0;
  const fit = (monitor: string, options: tfl.ModelFitArgs = {}): Promise<unknown> => {
    const plugin: Plugin = { name: 'watch', monitors: [monitor], onStepEnd: () => void steps++ };
    const callbacks = toLayersCallback([plugin], model);
    return model.fit(x, y, { epochs: 1, verbose: 0, callbacks, ...options });
  };
  await expect(fit('val_loss')).rejects.toThrow(
    'monitor "val_loss" is not produced by this run; it has: loss, accuracy. Give fit a `validation` data set.',
  );
  await expect(fit('val_accuracy')).rejects.toMatchObject({ code: 'unknown-metric', scope: 'watch' });
  expect(steps).toBe(0);
  await fit('val_accuracy', { validationData: [x, y] });
  await fit('val_loss', { validationSplit: 0.5 });
  await fit('accuracy');
  expect(steps).toBe(3);
});
