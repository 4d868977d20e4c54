import { describe, expect, test, vi } from 'vitest';
import type { HostBatch } from './dataset.js';
import type { DataStream, StreamReader } from './data-stream.js';
import { all, examples, labels, later, OPTIONS, range, rest, SPEC, stream } from './epoch.fixture.js';
import { openEpoch } from './open-epoch.js';
import type { Sampler } from './sampler.js';

describe('the source of a stream', () => {
  const withReturn = (reader: StreamReader, back = vi.fn()): { reader: StreamReader; back: typeof back } => ({
    reader: { next: () => reader.next(), return: back },
    back,
  });

  test('is told when it is left early, once, and not when it has ended', async () => {
    const { reader, back } = withReturn(stream(8, 2).open({ seed: 0, epoch: 0, start: 0 }));
    const epoch = openEpoch({ ...stream(8, 2), open: () => reader }, OPTIONS);
    await epoch.next();
    expect(back).not.toHaveBeenCalled();
    await epoch.close();
    await epoch.close();
    expect(back).toHaveBeenCalledTimes(1);

    const ended = withReturn(stream(8, 2).open({ seed: 0, epoch: 0, start: 0 }));
    expect(await all({ ...stream(8, 2), open: () => ended.reader })).toHaveLength(2);
    expect(ended.back).not.toHaveBeenCalled();
  });

  test('is told after a refusal of what it gave', async () => {
    const { reader, back } = withReturn(stream(8, 2).open({ seed: 0, epoch: 0, start: 0 }));
    const wrong = { ...stream(8, 2), targets: {}, open: () => reader };
    await expect(all(wrong)).rejects.toThrow("has target 'y'");
    expect(back).toHaveBeenCalledTimes(1);
  });

  test('is never asked for the next before it has answered, and not opened before the first batch', async () => {
    let busy = 0;
    let opened = 0;
    const data: DataStream = {
      ...SPEC,
      prefetch: 3,
      open() {
        opened++;
        let at = 0;
        return {
          async next() {
            expect(++busy).toBe(1);
            await new Promise((resolve) => setTimeout(resolve));
            busy--;
            return at < 9 ? { value: examples([at++]), done: false } : { value: undefined, done: true };
          },
        };
      },
    };
    const epoch = openEpoch(data, OPTIONS);
    expect(opened).toBe(0);
    expect(await rest(epoch)).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8]]);
    expect(opened).toBe(1);
  });

  test('that throws is reported with the place and the cause', async () => {
    const cause = new Error('connection lost');
    function* torn(): Generator<HostBatch> {
      yield examples(range(0, 5));
      throw cause;
    }
    for (const open of [torn, () => later(torn())]) {
      const epoch = openEpoch({ ...SPEC, open }, OPTIONS);
      expect(labels((await epoch.next())!)).toEqual([0, 1, 2, 3]);
      const error = await Promise.resolve()
        .then(() => epoch.next())
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid-data', cause });
      expect(String(error)).toContain('failed after 5 examples: connection lost');
      expect(await epoch.next()).toBeUndefined();
      await epoch.close();
    }
  });

  test('whose open gives no iterator is refused', async () => {
    await expect(all({ ...SPEC, open: () => [] as unknown as StreamReader })).rejects.toThrow(
      'open() must give an iterator with next(), got object',
    );
  });

  test('may give bytes with other scales, floats and weights in turn: values are kept', async () => {
    const piece = (data: Uint8Array | Float32Array, scale?: number, weight?: number): HostBatch => ({
      inputs: { x: { data, shape: [1, 2], dtype: 'float32', ...(scale !== undefined && { scale }) } },
      targets: { y: { data: Uint8Array.of(3), shape: [1], dtype: 'int32' } },
      ...(weight !== undefined && {
        weights: { y: { data: Float32Array.of(weight), shape: [1], dtype: 'float32' as const } },
      }),
    });
    const pieces = [
      piece(Uint8Array.of(2, 4), 0.5),
      piece(Uint8Array.of(2, 4), 0.25, 3),
      piece(Float32Array.of(7, 8)),
    ];
    const epoch = openEpoch({ ...SPEC, open: () => pieces[Symbol.iterator]() }, OPTIONS);
    const batch = (await epoch.next())!;
    expect(batch.inputs['x']).toMatchObject({ data: Float32Array.of(1, 2, 0.5, 1, 7, 8), shape: [3, 2] });
    expect(batch.targets['y']!.data).toEqual(Uint8Array.of(3, 3, 3));
    expect(batch.weights!['y']).toEqual({ data: Float32Array.of(1, 3, 1), shape: [3], dtype: 'float32' });
    await epoch.close();
  });

  test('gets no sampler and no random order without a buffer', () => {
    const sampler: Sampler = { name: 'mine', order: () => new Uint32Array(1) };
    expect(() => openEpoch(stream(8, 2), { ...OPTIONS, sampler })).toThrow("sampler 'mine' needs a data set");
    expect(() => openEpoch(stream(8, 2), { ...OPTIONS, shuffle: true })).toThrow(
      'needs a stream with a shuffleBuffer',
    );
  });
});
