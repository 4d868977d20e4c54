import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { toyRun } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { health, leakLedger } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const left: tf.Tensor[] = [];
const lose = (size = 1): tf.Tensor => {
  const lost = tf.keep(tf.zeros([size]));
  left.push(lost);
  return lost;
};

test('a ledger says which plugin left how many tensors behind in which hook', async () => {
  const doubling = (gradients: Readonly<Record<string, tf.Tensor>>) =>
    Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.div(tf.mul(g, 2), 2)]));
  let held: tf.Tensor | undefined;
  const plugins: Plugin[] = [
    {
      name: 'clean',
      transformGradients: doubling,
      onStepEnd: async () => undefined,
      acceptStep: () => tf.scalar(1),
    },
    {
      name: 'between',
      async onStepEnd() {
        await Promise.resolve();
        lose();
      },
    },
    {
      name: 'inside',
      transformGradients(gradients) {
        lose(10);
        return doubling(gradients);
      },
      onEpochEnd: () => void lose(),
    },
    { name: 'holding', onFitStart: () => void (held = tf.zeros([5])), onFitEnd: () => held!.dispose() },
    health(),
  ];
  const ledger = leakLedger(plugins);
  expect(ledger.report().sentence).toMatch(/^No plugin left a tensor behind in 0 calls\./);
  const [without, beside] = [await toyRun({ plugins: [] }), await toyRun({ plugins: ledger.plugins })];
  expect(beside.weights['hidden/kernel']!.data).toEqual(without.weights['hidden/kernel']!.data);
  const { entries, leaking, notWatched, sentence } = ledger.report();
  expect(leaking).toEqual(['between', 'inside']);
  // Two epochs of three steps.
  expect(sentence).toBe(
    'between left 6 tensors behind, 6 of them in 6 calls of onStepEnd. inside left 8 tensors behind, 6 of them in 6 calls of transformGradients. ' +
      'Not watched: health.observeLayer.',
  );
  expect(notWatched).toEqual(['health.observeLayer']);
  const entry = (plugin: string, hook: string) =>
    entries.find((one) => one.plugin === plugin && one.hook === hook);
  expect(entry('clean', 'transformGradients')).toMatchObject({ calls: 6, tensors: 0, bytes: 0 });
  expect(entry('clean', 'acceptStep')).toMatchObject({ calls: 6, tensors: 0, bytes: 0 });
  expect(entry('inside', 'transformGradients')).toMatchObject({ tensors: 6, bytes: 240 });
  expect(entry('holding', 'onFitStart')).toMatchObject({ calls: 1, tensors: 1, bytes: 20 });
  expect(entry('holding', 'onFitEnd')).toMatchObject({ tensors: -1, bytes: -20 });
  expect(entry('health', 'stepState.update')).toMatchObject({ calls: 6, tensors: 0 });
  tf.dispose(left);
});

test('a ledger keeps objects of classes what they are, and charges hooks that throw', async () => {
  class Counting implements Plugin {
    readonly name = 'counting';
    #calls = 0;
    onStepEnd(): void {
      this.#calls++;
      if (this.#calls < 2) return;
      lose();
      throw new Error('enough');
    }
  }
  const ledger = leakLedger([new Counting()]);
  await expect(toyRun({ plugins: ledger.plugins })).rejects.toThrow('enough');
  expect(ledger.report().entries).toEqual([
    { plugin: 'counting', hook: 'onStepEnd', calls: 2, tensors: 1, bytes: 4 },
  ]);
  tf.dispose(left.splice(0));
  expect(() => leakLedger([{}] as never)).toThrow('a list of plugins');
});
