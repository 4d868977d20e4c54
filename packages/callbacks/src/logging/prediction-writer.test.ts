import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { memoryStore } from '../files/memory-store.fixture.js';
import { predictionWriter } from './prediction-writer.js';

beforeAll(() => tf.setBackend('cpu'));

test('predictionWriter writes outputs and targets of every n-th validation, in the order of the data', async () => {
  const store = memoryStore();
  const data = toyClasses();
  const trainer = new Trainer({
    model: toyModel(),
    loss: toyCrossEntropy(),
    optimizer: toyOptimizer(),
    plugins: [predictionWriter({ store, everyEpochs: 2 })],
  });
  // In batches of which the last is short.
  await trainer.fit(data, { epochs: 3, batchSize: 8, validation: data, validationBatchSize: 9 });
  expect(await store.list()).toEqual(['predictions-epoch-000001-step-6.jsonl']);
  await trainer.fit(data, { epochs: 2, batchSize: 8, validation: data });
  const text = new TextDecoder().decode(await store.read('predictions-epoch-000001-step-6.jsonl'));
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<'outputs' | 'targets', Record<string, number[]>>);
  const outputs = (await trainer.predict(data)) as tf.Tensor;
  expect(rows.map((row) => Object.values(row.outputs)[0])).toEqual(outputs.arraySync());
  const targets = Object.values(data.arrays!.targets)[0]!;
  expect(rows.flatMap((row) => Object.values(row.targets)[0]!)).toEqual([...targets.data]);
  outputs.dispose();
});

test('predictionWriter writes numbers that are not finite as texts', async () => {
  const store = memoryStore();
  const plugin = predictionWriter({ store });
  const run = { epoch: 0, step: 1 } as never;
  await plugin.onFitStart!(run);
  await plugin.onValidationStart!(run);
  const row = { data: Float32Array.of(NaN, -Infinity, 1), shape: [1, 3], dtype: 'float32' as const };
  await plugin.onValidationBatch!(run, { outputs: { out: row }, examples: { inputs: {}, targets: {} } });
  await plugin.onValidationEnd!(run, {});
  const text = new TextDecoder().decode(await store.read('predictions-epoch-000000-step-1.jsonl'));
  expect(text).toBe('{"outputs":{"out":["NaN","-Infinity",1]}}\n');
  expect(() => predictionWriter({ directory: '' })).toThrow('directory must be a string');
});
