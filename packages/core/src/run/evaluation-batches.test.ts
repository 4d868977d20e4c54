import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.js';
import { EvaluationBatches } from './evaluation-batches.js';

await tf.setBackend('cpu');

/** Examples 0, 1, ...; `asked` gets what is asked for. */
function examples(size: number, asked: number[][], rest: Partial<Dataset> = {}): Dataset {
  return {
    size,
    inputs: { x: { shape: [1], dtype: 'float32' } },
    targets: { y: { shape: [], dtype: 'float32' } },
    batch: (indices) => {
      asked.push([...indices]);
      const data = Float32Array.from(indices);
      return {
        inputs: { x: { data, shape: [indices.length, 1], dtype: 'float32' } },
        targets: { y: { data, shape: [indices.length], dtype: 'float32' } },
      };
    },
    ...rest,
  };
}

async function lengths(batches: EvaluationBatches, most = Infinity): Promise<number[]> {
  const open = batches.open({ batchSize: 2, seed: 0 });
  const found: number[] = [];
  for (let i = 0; i < most; i++) {
    const batch = await open.next();
    if (!batch) break;
    found.push(batch.inputs['x']!.shape[0]!);
  }
  await open.close();
  return found;
}

function over(data: Dataset, checked: unknown[] = []): EvaluationBatches {
  const checker = {
    checkInputs: () => undefined,
    checkBatch: (_: unknown, batch: unknown) => void checked.push(batch),
  };
  return new EvaluationBatches(checker as never, data, (batch) => batch);
}

test('a small data set in memory gives its batches once, checked, and then again as they are', async () => {
  const asked: number[][] = [];
  const checked: unknown[] = [];
  const batches = over(examples(5, asked, { inMemory: true }), checked);
  for (let i = 0; i < 3; i++) expect(await lengths(batches)).toEqual([2, 2, 1]);
  expect(asked).toEqual([[0, 1], [2, 3], [4]]);
  expect(checked.length).toBe(3);
});

test('what may change, is large, or was not read to its end is asked for again', async () => {
  const asked: number[][] = [];
  const wide = 2 ** 17;
  const large = examples(3, asked, {
    inMemory: true,
    inputs: { x: { shape: [wide], dtype: 'float32' } },
    batch: (indices) => {
      asked.push([...indices]);
      const { length } = indices;
      return {
        inputs: { x: { data: new Float32Array(length * wide), shape: [length, wide], dtype: 'float32' } },
        targets: { y: { data: new Float32Array(length), shape: [length], dtype: 'float32' } },
      };
    },
  });
  for (const data of [examples(3, asked), examples(3, asked, { inMemory: false }), large]) {
    asked.length = 0;
    const batches = over(data);
    for (let i = 0; i < 2; i++) expect(await lengths(batches)).toEqual([2, 1]);
    expect(asked).toEqual([[0, 1], [2], [0, 1], [2]]);
  }
  const broken = over(examples(3, asked, { inMemory: true }));
  expect(await lengths(broken, 1)).toEqual([2]);
  expect(await lengths(broken)).toEqual([2, 1]);
});
