import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import type { Plugin } from './plugin.js';
import type { Run } from './run.js';
import { Trainer } from './trainer.js';

beforeAll(() => tf.setBackend('cpu'));

const fit = (plugin: Plugin) => {
  const trainer = new Trainer({
    model: toyModel(),
    loss: squaredError(),
    optimizer: momentum(0.1),
    plugins: [plugin],
  });
  return trainer.fit(digits(6), { epochs: 1, batchSize: 2 });
};

test('a plugin sees its own tensors in the step, as they were set between steps', async () => {
  const seen: number[][] = [];
  const read = (state: Readonly<Record<string, tf.Tensor>> | undefined): number =>
    state!['factor']!.dataSync()[0]!;
  await fit({
    name: 'factors',
    stepState: {
      init: () => ({ factor: tf.scalar(1), count: tf.scalar(0) }),
      update: ({ factor, count }) => ({ factor: tf.mul(factor!, 2), count: tf.add(count!, 1) }),
    },
    transformGradients(gradients, _parameters, _step, state) {
      seen.push([read(state)]);
      return gradients;
    },
    transformParameters(parameters, _previous, _step, state) {
      seen.at(-1)!.push(read(state), state!['count']!.dataSync()[0]!);
      return parameters;
    },
    async onStepEnd(run) {
      if (run.step === 1)
        await run.setStepState('factors', {
          factor: { data: Float32Array.of(7), shape: [], dtype: 'float32' },
        });
    },
  });
  expect(seen).toEqual([
    [1, 1, 0],
    [7, 7, 1],
    [14, 14, 2],
  ]);
});

test.each([
  ['another name', { other: { data: Float32Array.of(7), shape: [], dtype: 'float32' } }],
  ['another shape', { factor: { data: Float32Array.of(7), shape: [1], dtype: 'float32' } }],
] as const)('%s is refused, with those that it has', async (_, tensors) => {
  const plugin: Plugin = {
    name: 'factors',
    stepState: { init: () => ({ factor: tf.scalar(1) }), update: (state) => state },
    onStepEnd: (run: Run) => run.setStepState('factors', tensors),
  };
  await expect(fit(plugin)).rejects.toThrow('it has: factor []');
});
