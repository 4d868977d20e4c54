import { expect } from 'vitest';
import type { Dataset, HostBatch } from './dataset.js';
import type { DataStream } from './data-stream.js';
import type { EpochBatches, EpochOptions } from './epoch-batches.js';
import { openEpoch } from './open-epoch.js';

export const SPEC = {
  inputs: { x: { shape: [2], dtype: 'float32' } },
  targets: { y: { shape: [], dtype: 'int32' } },
} as const;

/** Example n has the input [n, n + 0.5] and the label n. */
export function examples(numbers: Iterable<number>): HostBatch {
  const all = [...numbers];
  return {
    inputs: {
      x: {
        data: Float32Array.from(all.flatMap((n) => [n, n + 0.5])),
        shape: [all.length, 2],
        dtype: 'float32',
      },
    },
    targets: { y: { data: Int32Array.from(all), shape: [all.length], dtype: 'int32' } },
  };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

export function dataset(size: number, extra: Partial<Dataset> = {}): Dataset {
  return { ...SPEC, size, batch: (indices) => examples(indices), ...extra };
}

/** A stream of `size` examples that come `chunk` at a time. */
export function stream(size: number, chunk: number, extra: Partial<DataStream> = {}): DataStream {
  return {
    ...SPEC,
    *open({ start }) {
      for (let at = start; at < size; at += chunk) yield examples(range(at, Math.min(size, at + chunk)));
    },
    ...extra,
  };
}

export async function* later<T>(values: Iterable<T>): AsyncGenerator<T> {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

export function laterStream(size: number, chunk: number, extra: Partial<DataStream> = {}): DataStream {
  const now = stream(size, chunk);
  return { ...now, open: (at) => later(now.open(at) as unknown as Iterable<HostBatch>), ...extra };
}

export const OPTIONS: EpochOptions = { batchSize: 4, seed: 7, epoch: 2 };

/** The labels of every batch left. */
export async function rest(epoch: EpochBatches): Promise<number[][]> {
  const found: number[][] = [];
  try {
    for (let batch = await epoch.next(); batch; batch = await epoch.next()) found.push(labels(batch));
  } finally {
    await epoch.close();
  }
  return found;
}

export function labels(batch: HostBatch): number[] {
  const [x, y] = [batch.inputs['x']!, batch.targets['y']!];
  const values = [...y.data];
  expect([...x.data], 'inputs stay with their labels').toEqual(values.flatMap((n) => [n, n + 0.5]));
  expect(x.shape).toEqual([values.length, 2]);
  expect(y.shape).toEqual([values.length]);
  return values;
}

export const all = (data: Dataset | DataStream, options: Partial<EpochOptions> = {}): Promise<number[][]> =>
  rest(openEpoch(data, { ...OPTIONS, ...options }));
