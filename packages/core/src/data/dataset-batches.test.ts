import { describe, expect, test } from 'vitest';
import type { HostBatch } from './dataset.js';
import { all, dataset, examples, labels, OPTIONS } from './epoch.fixture.js';
import { batchesPerEpoch, openEpoch } from './open-epoch.js';
import { stream as randomStream } from '../random.js';
import type { Sampler } from './sampler.js';

describe('an epoch over a data set', () => {
  test('takes the examples in the order of the stream "shuffle" of seed and epoch', async () => {
    const order = [...randomStream(7, 'shuffle', 2).permutation(10)];
    expect(await all(dataset(10))).toEqual([order.slice(0, 4), order.slice(4, 8), order.slice(8)]);
    expect((await all(dataset(10), { epoch: 3 })).flat()).not.toEqual((await all(dataset(10))).flat());
  });

  test('keeps the order of the data without shuffle, and drops a short last batch where asked', async () => {
    expect(await all(dataset(6), { shuffle: false })).toEqual([
      [0, 1, 2, 3],
      [4, 5],
    ]);
    expect(await all(dataset(6), { shuffle: false, dropLast: true })).toEqual([[0, 1, 2, 3]]);
    expect(batchesPerEpoch(dataset(6), { batchSize: 4 })).toBe(2);
    expect(batchesPerEpoch(dataset(6), { batchSize: 4, dropLast: true })).toBe(1);
    expect(openEpoch(dataset(6), { ...OPTIONS, dropLast: true }).length).toBe(1);
    expect(await all(dataset(3), { shuffle: false, batchSize: 9 })).toEqual([[0, 1, 2]]);
  });

  test('answers at once where the data do', async () => {
    const epoch = openEpoch(dataset(4), OPTIONS);
    expect(epoch.next()).not.toBeInstanceOf(Promise);
    await epoch.close();
  });

  test('goes on from a position, in batches of another size, too', async () => {
    const whole = (await all(dataset(11))).flat();
    const epoch = openEpoch(dataset(11), OPTIONS);
    await epoch.next();
    await epoch.next();
    expect(epoch.position).toEqual({ examples: 8 });
    expect((await all(dataset(11), { position: epoch.position })).flat()).toEqual(whole.slice(8));
    expect(await all(dataset(11), { position: { examples: 3 }, batchSize: 8 })).toEqual([whole.slice(3)]);
    expect(await all(dataset(11), { position: { examples: 11 } })).toEqual([]);
  });

  test('fetches as many batches ahead as the data set says, gives them in order, and counts those handed out', async () => {
    const asked: number[][] = [];
    const waiting: (() => void)[] = [];
    const slow = dataset(20, {
      prefetch: 2,
      batch: (indices) => {
        asked.push([...indices]);
        return new Promise((resolve) => waiting.push(() => resolve(examples(indices))));
      },
    });
    const epoch = openEpoch(slow, { ...OPTIONS, shuffle: false });
    const first = epoch.next() as Promise<HostBatch>;
    expect(asked.map(([n]) => n)).toEqual([0, 4, 8]);
    for (const answer of waiting.splice(0).reverse()) answer();
    expect(labels(await first)).toEqual([0, 1, 2, 3]);
    expect(epoch.position).toEqual({ examples: 4 });
    const second = epoch.next() as Promise<HostBatch>;
    expect(labels(await second)).toEqual([4, 5, 6, 7]);
    expect(asked.map(([n]) => n)).toEqual([0, 4, 8, 12]);
    for (const answer of waiting.splice(0)) answer();
    await epoch.close();
    expect(await epoch.next()).toBeUndefined();
  });

  test('gives the error of a batch when its turn comes', async () => {
    const failing = dataset(12, {
      batch: async (indices) => {
        if (indices[0] === 4) throw new Error('torn file');
        return examples(indices);
      },
    });
    const epoch = openEpoch(failing, { ...OPTIONS, shuffle: false });
    expect(labels((await epoch.next())!)).toEqual([0, 1, 2, 3]);
    await expect(Promise.resolve().then(() => epoch.next())).rejects.toThrow('torn file');
    await epoch.close();
  });

  test('takes what a sampler says', async () => {
    const twice: Sampler = {
      name: 'twice',
      length: 6,
      order: (size, { epoch }) => Uint32Array.from({ length: 6 }, (_, i) => (i + epoch) % size),
    };
    expect(await all(dataset(3), { sampler: twice })).toEqual([
      [2, 0, 1, 2],
      [0, 1],
    ]);
    expect(batchesPerEpoch(dataset(3), { batchSize: 4, sampler: twice })).toBe(2);
  });

  test.each<[string, Uint32Array | number[], RegExp]>([
    ['a list', [0, 1, 2], /'mine' must give a Uint32Array of 3 examples, got object/],
    ['too few', Uint32Array.of(0, 1), /got 2 \(say in its `length`/],
    [
      'an example that is not there',
      Uint32Array.of(0, 3, 1),
      /got example 3 at position 1, where the data set has 3/,
    ],
  ])('refuses a sampler that gives %s', (_, order, message) => {
    const sampler = { name: 'mine', order: () => order } as unknown as Sampler;
    expect(() => openEpoch(dataset(3), { ...OPTIONS, sampler })).toThrow(message);
  });

  test('refuses an epoch without batches', () => {
    expect(() => openEpoch(dataset(0), OPTIONS)).toThrow('no examples');
    expect(() => openEpoch(dataset(3), { ...OPTIONS, dropLast: true })).toThrow(
      'dropLast leaves nothing of 3',
    );
  });

  test.each<[string, (batch: HostBatch) => unknown, RegExp]>([
    ['nothing', () => undefined, /must be \{ inputs, targets \}, each arrays by name, got undefined/],
    ['other arrays', ({ inputs }) => ({ inputs, targets: inputs }), /lacks target 'y'; it has x/],
    [
      'more arrays',
      ({ inputs, targets }) => ({ inputs: { ...inputs, z: inputs['x'] }, targets }),
      /has input 'z'/,
    ],
    [
      'fewer examples',
      () => examples([1, 2]),
      /must have input 'x' as float32 \[4, 2\], got float32 \[2,2\]/,
    ],
    [
      'another shape',
      ({ inputs, targets }) => ({ inputs: { x: { ...inputs['x'], shape: [4, 1, 2] } }, targets }),
      /as float32 \[4, 2\], got float32 \[4,1,2\]/,
    ],
    [
      'another dtype',
      ({ inputs, targets }) => ({ inputs, targets: { y: { ...targets['y'], dtype: 'float32' } } }),
      /target 'y' as int32 \[4\], got float32 \[4\]/,
    ],
    [
      'too few values',
      ({ inputs, targets }) => ({ inputs: { x: { ...inputs['x'], data: new Float32Array(7) } }, targets }),
      /has 7 values in input 'x', its shape \[4, 2\] means 8/,
    ],
    [
      'floats as int32',
      ({ inputs, targets }) => ({ inputs, targets: { y: { ...targets['y'], data: new Float32Array(4) } } }),
      /dtype int32 in a Float32Array/,
    ],
    [
      'weights of no target',
      (batch) => ({ ...batch, weights: { z: { data: new Float32Array(4), shape: [4], dtype: 'float32' } } }),
      /weights for 'z'; the targets are y/,
    ],
  ])('refuses a batch with %s, now and later', async (_, change, message) => {
    const batch = (indices: Uint32Array): HostBatch => change(examples(indices)) as HostBatch;
    for (const data of [dataset(8, { batch }), dataset(8, { batch: async (indices) => batch(indices) })]) {
      await expect(all(data)).rejects.toThrow(message);
      await expect(all(data)).rejects.toMatchObject({ code: 'invalid-data' });
    }
  });
});
