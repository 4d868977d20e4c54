import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { toLayersCallback } from './layers-callback.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

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

describe('a fit that goes on, and one that failed', () => {
  const made = (): tfl.LayersModel => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return model;
  };
  const fit = (model: tfl.LayersModel, callbacks: tfl.CustomCallback): Promise<unknown> =>
    model.fit(tf.ones([4, 2]), tf.ones([4, 1]), { epochs: 2, verbose: 0, callbacks });

  test('neither its model nor its plugins go into another run, and both are free after it', async () => {
    const [model, watch]: [tfl.LayersModel, Plugin] = [made(), { name: 'watch', onEpochEnd() {} }];
    const refused: unknown[] = [];
    const tried = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1), plugins: [] });
    const other = new Trainer({
      model: toyModel(),
      loss: squaredError(),
      optimizer: momentum(0.1),
      plugins: [watch],
    });
    const meanwhile: Plugin = {
      name: 'meanwhile',
      async onEpochEnd() {
        for (const trainer of [tried, other])
          await trainer.fit(digits(4), { epochs: 1 }).catch((error: Error) => refused.push(error.message));
      },
    };
    await fit(model, toLayersCallback([watch, meanwhile], model));
    expect(refused).toEqual([
      expect.stringMatching(/^\[trainer\] the model is used by another run/),
      expect.stringMatching(/^\[trainer\] plugin 'watch' is used by another run/),
      ...refused.slice(2),
    ]);
    expect(refused).toHaveLength(4);
    await tried.fit(digits(4), { epochs: 1 });
    await other.fit(digits(4), { epochs: 1 });
  });

  test('a hook that throws ends the run for all plugins, which are free then', async () => {
    const model = made();
    const ended: string[] = [];
    const watch: Plugin = { name: 'watch', onFitEnd: (_, status) => void ended.push(status) };
    const broken: Plugin = {
      name: 'broken',
      onEpochEnd: () => {
        throw new Error('boom');
      },
    };
    await expect(fit(model, toLayersCallback([watch, broken], model))).rejects.toThrow('boom');
    expect(ended).toEqual(['failed']);
    await fit(model, toLayersCallback([watch], model));
    expect(ended).toEqual(['failed', 'completed']);
  });

  test('an error of model.fit itself, of which nobody is told, ends the run when the next one begins', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2] })] });
    let broken = true;
    const loss = (targets: tf.Tensor, outputs: tf.Tensor): tf.Tensor => {
      if (broken && ended.length === 0 && steps === 1) throw new Error('boom');
      return tf.losses.meanSquaredError(targets, outputs);
    };
    model.compile({ optimizer: 'sgd', loss });
    const ended: string[] = [];
    let steps = 0;
    const watch: Plugin = {
      name: 'watch',
      onStepEnd: () => void steps++,
      onFitEnd: (_, status) => void ended.push(status),
    };
    const callback = toLayersCallback([watch], model);
    await expect(fit(model, callback)).rejects.toThrow('boom');
    expect(ended).toEqual([]);
    broken = false;
    await fit(model, callback);
    expect(ended).toEqual(['failed', 'completed']);
  });

  test('a callback is that of the model that it was made for', async () => {
    const [own, other] = [made(), made()];
    await expect(fit(other, toLayersCallback([], own))).rejects.toThrow(
      'this callback was made for another model than the one whose fit got it',
    );
    const functional = tfl.model({ inputs: own.inputs, outputs: own.outputs });
    functional.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await fit(functional, toLayersCallback([], functional));
  });
});
