import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../engine/backend.js';
import { firstAvailable, useBackend } from '../engine/use-backend.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const make = (extra: object = {}): Trainer =>
  new Trainer({ model: toyModel(), loss: squaredError(), optimizer: momentum(0.1), ...extra } as never);
const wrong = (value: unknown) => value as never;
const fitWith = (plugin: object) =>
  make({ plugins: [{ name: 'mine', ...plugin }] }).fit(digits(6), { epochs: 1 });

describe('what somebody writes first, used to another library, is told what to write', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'callbacks of a trainer',
      () => make({ callbacks: [] }),
      /no option 'callbacks'\. Callbacks are 'plugins'/,
    ],
    ['epochs of a trainer', () => make({ epochs: 3 }), /'epochs'\. It is an option of fit/],
    ['a factory in place of a loss', () => make({ loss: squaredError }), /call it: squaredError\(\)/],
    [
      'an operation in place of a loss',
      () => make({ loss: tf.losses.meanSquaredError }),
      /the function meanSquaredError\w*; those of TensorFlow\.js .* { name, perExample/,
    ],
    [
      'a function that makes the model',
      () => make({ model: () => toyModel() }),
      /model must be .* got a function/,
    ],
    [
      'callbacks of fit',
      () => make().fit(digits(6), wrong({ epochs: 1, callbacks: [] })),
      /`plugins` of the Trainer/,
    ],
    ['verbose', () => make().fit(digits(6), wrong({ epochs: 1, verbose: 0 })), /progressBar\(\)/],
    [
      'tensors to evaluate',
      () => make().evaluate(wrong(tf.ones([2, 2])), wrong(tf.ones([2, 1]))),
      /got a tensor; write fromArrays/,
    ],
    ['a list to predict', () => make().predict(wrong([[0, 1]])), /got a list; write tf\.tensor\(list\)/],
    [
      'rows of another width',
      () => make().predict(tf.ones([1, 3])),
      /takes examples of shape \[2\], the data has \[3\]/,
    ],
    [
      'the name of a backend',
      () => useBackend(wrong('wasm')),
      /a backend must be what wasm\(\).* got 'wasm'/,
    ],
    ['a backend that was not called', () => useBackend(wrong(() => ({}))), /got a function; call it/],
    ['no backend among several', async () => firstAvailable(wrong(undefined) as Backend), /got undefined/],
  ])('%s', async (_, write, message) => {
    const writing = async () => write();
    await expect(writing()).rejects.toThrow(message);
    await expect(writing()).rejects.toHaveProperty('name', 'EspalierError');
  });

  test('a class with a hook that there is not', async () => {
    class Mine implements Plugin {
      readonly name = 'mine';
      onEpochBegin(): void {}
    }
    expect(() => make({ plugins: [new Mine()] })).toThrow("[mine] there is no hook 'onEpochBegin'");
  });

  test('resumeFrom may be given as undefined', async () => {
    const { epochs } = await make().fit(digits(6), { epochs: 1, resumeFrom: undefined, signal: undefined });
    expect(epochs).toHaveLength(1);
  });
});

describe('hooks of a step that give something else than they must', () => {
  const first = (record: object): string => Object.keys(record)[0]!;
  test.each<[string, object, RegExp]>([
    [
      'a penalty that waits',
      { penalty: async () => tf.scalar(1) },
      /penalty must give a scalar at once, got a promise/,
    ],
    ['a penalty for each of several', { penalty: () => tf.ones([3]) }, /got a tensor of shape \[3\]/],
    ['no penalty', { penalty: () => undefined }, /got undefined/],
    [
      'no gradients',
      { transformGradients: () => undefined },
      /transformGradients must give tensors .* got undefined/,
    ],
    ['gradients that wait', { transformGradients: async (g: object) => g }, /got a promise/],
    [
      'the gradient of nothing',
      { transformGradients: (g: object) => ({ ...g, krenel: tf.scalar(1) }) },
      /got 'krenel', which is none/,
    ],
    [
      'a gradient of another shape',
      { transformGradients: (g: object) => ({ ...g, [first(g)]: tf.ones([7]) }) },
      /the shape \[7\] for '.+', which has \[2, ?1\]/,
    ],
    [
      'a parameter that is gone',
      { transformParameters: ({ ...p }: Record<string, unknown>) => (delete p[first(p)], p) },
      /transformParameters .* nothing for '/,
    ],
  ])('%s', async (_, plugin, message) => {
    await expect(fitWith(plugin)).rejects.toThrow(message);
    await expect(fitWith(plugin)).rejects.toMatchObject({ code: 'hook-failed', scope: 'mine' });
  });

  test('a parameter without a gradient stays as it is', async () => {
    const trainer = make({
      plugins: [
        {
          name: 'freeze',
          transformGradients: ({ ...gradients }: Record<string, tf.Tensor>) => {
            for (const name of Object.keys(gradients)) if (name.endsWith('bias')) delete gradients[name];
            return gradients;
          },
        },
      ],
    });
    const before = await trainer.getWeights();
    await trainer.fit(digits(6), { epochs: 1 });
    const after = await trainer.getWeights();
    const same = Object.keys(before).filter((name) => `${before[name]!.data}` === `${after[name]!.data}`);
    expect(same.length).toBeGreaterThan(0);
    expect(same.every((name) => name.endsWith('bias'))).toBe(true);
  });
});
