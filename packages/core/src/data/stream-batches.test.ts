import { describe, expect, test } from 'vitest';
import type { DataStream } from './data-stream.js';
import type { EpochBatches } from './epoch-batches.js';
import { all, laterStream, OPTIONS, range, stream } from './epoch.fixture.js';
import { openEpoch } from './open-epoch.js';

const kinds = { 'at once': stream, later: laterStream };

describe.each(Object.entries(kinds))('an epoch over a stream that answers %s', (_, make) => {
  test.each([1, 3, 4, 5, 100])('cuts batches from pieces of %i', async (chunk) => {
    expect(await all(make(10, chunk))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(await all(make(10, chunk), { dropLast: true })).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(await all(make(8, chunk))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  test('draws from its buffer: each example once, another order in each epoch, none far ahead of its place', async () => {
    const data = make(50, 3, { shuffleBuffer: 8 });
    const [one, two] = [(await all(data)).flat(), (await all(data, { epoch: 3 })).flat()];
    expect([...one].sort((a, b) => a - b)).toEqual(range(0, 50));
    expect(one).not.toEqual(range(0, 50));
    expect(two).not.toEqual(one);
    expect((await all(data)).flat()).toEqual(one);
    expect(one.every((example, place) => example < place + 8)).toBe(true);
    expect((await all(data, { shuffle: false })).flat()).toEqual(range(0, 50));
  });

  test('goes on from every position to the same examples, by reading again or by seeking', async () => {
    for (const shuffleBuffer of [1, 6, 100]) {
      for (const seekable of [false, true]) {
        const starts: number[] = [];
        const plain = make(23, 3);
        const data: DataStream = {
          ...plain,
          shuffleBuffer,
          seekable,
          prefetch: 2,
          open(at) {
            starts.push(at.start);
            return plain.open(at);
          },
        };
        const whole = await all(data);
        for (let taken = 0; taken <= whole.length; taken++) {
          const epoch = openEpoch(data, OPTIONS);
          for (let i = 0; i < taken; i++) await epoch.next();
          const position = JSON.parse(JSON.stringify(epoch.position)) as EpochBatches['position'];
          await epoch.close();
          expect(await all(data, { position }), `${taken} batches, buffer ${shuffleBuffer}`).toEqual(
            whole.slice(taken),
          );
        }
        expect(starts.some((start) => start > 0)).toBe(seekable);
      }
    }
  });

  test('refuses an empty source, and one that is not of the size that it says', async () => {
    await expect(all(make(0, 1))).rejects.toThrow('it gave no examples; open() must begin again');
    await expect(all(make(5, 2, { size: 6 }))).rejects.toThrow(
      'it says that it has 6 examples and ended after 5',
    );
    await expect(all(make(5, 2, { size: 4 }))).rejects.toThrow(
      'it says that it has 4 examples, got 5 or more',
    );
    await expect(all(make(3, 1), { dropLast: true })).rejects.toThrow(
      'dropLast leaves nothing of the 3 examples',
    );
    expect(openEpoch(make(5, 2, { size: 5 }), OPTIONS).length).toBe(2);
    expect(openEpoch(make(5, 2), OPTIONS).length).toBeUndefined();
  });

  test('refuses to go on where the source has become shorter', async () => {
    const position = { examples: 8, read: 12 };
    await expect(all(make(9, 2, { shuffleBuffer: 5 }), { position })).rejects.toThrow(
      'the stream ended after 9 examples; the epoch that goes on here had read 12',
    );
  });

  test('refuses pieces that are not what the stream says, with their place', async () => {
    const bad = make(8, 2);
    const wrong: DataStream = { ...bad, inputs: { x: { shape: [3], dtype: 'float32' } } };
    await expect(all(wrong)).rejects.toThrow(
      "the stream's batch from example 0 on must have input 'x' as float32 [2, 3], got float32 [2,2]",
    );
  });
});
