import type { HostBatch } from '@espalier/core';
import { stream } from '@espalier/core';
import { expect, test } from 'vitest';
import type { BatchesOptions } from './batches.js';
import { batches } from './batches.js';
import { fromArrays } from './from-arrays.js';

const data = fromArrays({ inputs: Array.from({ length: 10 }, (_, i) => i), targets: new Float32Array(10) });

async function collect(options?: BatchesOptions): Promise<number[][]> {
  const found: number[][] = [];
  for await (const { inputs } of batches(data, options)) found.push([...inputs['input']!.data]);
  return found;
}

test('each example comes once; the last batch is short, or left out', async () => {
  const found = await collect({ batchSize: 4 });
  expect(found.map((batch) => batch.length)).toEqual([4, 4, 2]);
  expect(found.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => i));
  expect((await collect({ batchSize: 4, dropLast: true })).map((batch) => batch.length)).toEqual([4, 4]);
  expect(await collect({ batchSize: 11, dropLast: true })).toEqual([]);
});

test('a batch size beyond the data gives one short batch; the default is 32', async () => {
  expect((await collect({ batchSize: 1000 })).map((batch) => batch.length)).toEqual([10]);
  expect((await collect()).map((batch) => batch.length)).toEqual([10]);
});

test("the order is the trainer's: a permutation by seed and epoch", async () => {
  const order = async (seed: number, epoch: number) => (await collect({ batchSize: 3, seed, epoch })).flat();
  expect(await order(7, 2)).toEqual([...stream(7, 'shuffle', 2).permutation(10)]);
  expect(await order(7, 2)).toEqual(await order(7, 2));
  expect(await order(7, 3)).not.toEqual(await order(7, 2));
  expect(await order(8, 2)).not.toEqual(await order(7, 2));
  expect((await collect({ batchSize: 3, shuffle: false })).flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('data that is fetched later is waited for, and its error comes through', async () => {
  const later = { ...data, arrays: undefined, batch: (i: Uint32Array) => Promise.resolve(data.batch(i)) };
  const found: HostBatch[] = [];
  for await (const batch of batches(later, { batchSize: 6 })) found.push(batch);
  expect(found.map(({ inputs }) => inputs['input']!.shape)).toEqual([
    [6, 1],
    [4, 1],
  ]);
  const broken = { ...data, batch: () => Promise.reject(new Error('disk')) };
  await expect(batches(broken).next()).rejects.toThrow('disk');
});

test.each([
  { batchSize: 0 },
  { batchSize: 2.5 },
  { seed: -1 },
  { epoch: 0.5 },
  { shuffle: 1 },
  { dropLast: 1 },
])('%o is refused at once', (options) => {
  expect(() => batches(data, options as BatchesOptions)).toThrow(/\[batches\] \w+ must be/);
});
