import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { eager, type Executor, Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { compiled } from './compiled.js';

beforeAll(() => tf.setBackend('cpu'));

async function run(executor: Executor, accumulate: number, batchSize: number) {
  const model = toyModel();
  const parts = { model, loss: toyCrossEntropy(), optimizer: toyOptimizer(), seed: 5 };
  const trainer = new Trainer({ ...parts, executor, accumulate });
  const record = await trainer.fit(toyClasses(), { epochs: 3, batchSize });
  return { record, weights: model.getWeights().flatMap((w) => [...w.dataSync()]) };
}

const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

// 22 examples: steps of 4 + 4 + 4, 4 + 4 + 2, in two graphs of accumulating and two of training, on one state.
test.each([
  ['onnxruntime-node', () => compiled({ target: 'onnx' })],
  ['wasm', () => compiled({ target: 'wasm' })],
  ['onnxruntime-web', () => compiled({ runtime: 'onnxruntime-web' })],
])('accumulated steps agree with eager ones on %s, and with steps of the whole', async (_, make) => {
  const here = await run(make(), 3, 4);
  const there = await run(eager(), 3, 4);
  expect(difference(here.weights, there.weights)).toBeLessThan(1e-5);
  expect(here.record.epochs.map(({ loss }) => loss)).toEqual(
    there.record.epochs.map(({ loss }) => expect.closeTo(loss!, 5) as number),
  );
  expect(difference(here.weights, (await run(make(), 1, 12)).weights)).toBeLessThan(1e-5);
  const notes = here.record.events.map(({ message }) => message);
  expect(notes.filter((note) => note.startsWith('compiled the accumulate step'))).not.toHaveLength(0);
  expect(notes.filter((note) => note.startsWith('compiled the train step'))).not.toHaveLength(0);
  // It is the steps that are accumulated, not the batches that are used as they come.
  expect(difference(here.weights, (await run(make(), 1, 4)).weights)).toBeGreaterThan(1e-3);
});
