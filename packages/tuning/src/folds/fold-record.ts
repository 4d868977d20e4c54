import type { EpochRecord, HostArray, HostArrays } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import { keepNonFinite, restoreNonFinite } from '@espalier/core/internal';
import type { FoldStore } from './fold-store.js';

/** One fold, or one seed, of a run over several. */
export interface FoldRecord {
  /** From 0. */
  readonly index: number;
  /** Seed of its run. */
  readonly seed: number;
  /** Loss and metrics over its validation set, after training. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Its epochs, where they are known. */
  readonly epochs: readonly EpochRecord[];
  /** The model's outputs for its validation set, by output name (`output` where there is one): `[N, ...]`. */
  readonly predictions?: HostArrays;
}

/** Over all folds. */
export interface FoldStatistics {
  /** Of each metric over the folds. */
  readonly mean: Readonly<Record<string, number>>;
  /** Standard deviation (of the sample, n - 1) of each metric over the folds; 0 for one fold. */
  readonly deviation: Readonly<Record<string, number>>;
}

/** Mean and deviation of each metric that all folds have. */
export function foldStatistics(folds: readonly FoldRecord[]): FoldStatistics {
  const names = Object.keys(folds[0]?.metrics ?? {}).filter((name) =>
    folds.every(({ metrics }) => name in metrics),
  );
  const over = (of: (values: readonly number[]) => number) =>
    Object.fromEntries(names.map((name) => [name, of(folds.map(({ metrics }) => metrics[name]!))]));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean: over(mean),
    deviation: over((values) =>
      values.length === 1
        ? 0
        : Math.sqrt(
            values.reduce((sum, value) => sum + (value - mean(values)) * (value - mean(values)), 0) /
              (values.length - 1),
          ),
    ),
  };
}

/** Puts the rows of every fold where they belong: row `indices[i][j]` of the result is row j of fold i. */
export function outOfFold(
  folds: readonly FoldRecord[],
  indices: readonly (ArrayLike<number> | undefined)[],
): HostArrays | undefined {
  const first = folds[0]?.predictions;
  if (!first || indices.some((each) => each === undefined)) return undefined;
  const rows = indices.reduce(
    (most, each) => Array.from(each!).reduce((a, b) => Math.max(a, b + 1), most),
    0,
  );
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, dtype }]) => {
      const width = shape.slice(1).reduce((product, size) => product * size, 1);
      const data = new Float32Array(rows * width).fill(NaN);
      folds.forEach(({ predictions }, fold) => {
        const own = predictions![name]!.data;
        Array.from(indices[fold]!).forEach((row, i) =>
          data.set(own.subarray(i * width, (i + 1) * width), row * width),
        );
      });
      return [name, { data, shape: [rows, ...shape.slice(1)], dtype } satisfies HostArray];
    }),
  );
}

/** What is kept of a finished fold. Arrays are bytes of float32 behind a line of JSON. */
export function encodeFold({ predictions, ...rest }: FoldRecord): Uint8Array {
  const arrays = Object.entries(predictions ?? {});
  const shapes = predictions && Object.fromEntries(arrays.map(([name, { shape }]) => [name, shape]));
  const line = new TextEncoder().encode(`${JSON.stringify({ ...rest, shapes }, keepNonFinite)}\n`);
  const parts = arrays.map(([, { data }]) => new Uint8Array(Float32Array.from(data).buffer));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, line.length));
  bytes.set(line);
  let at = line.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @throws EspalierError `checkpoint` for bytes that are no fold. */
export function decodeFold(bytes: Uint8Array): FoldRecord {
  try {
    const end = bytes.indexOf(0x0a);
    const line = new TextDecoder().decode(bytes.subarray(0, end));
    const { shapes, ...rest } = JSON.parse(line, restoreNonFinite) as FoldRecord & {
      readonly shapes?: Readonly<Record<string, number[]>>;
    };
    if (!shapes) return rest;
    let at = end + 1;
    const predictions = Object.entries(shapes).map(([name, shape]) => {
      const length = 4 * shape.reduce((product, size) => product * size, 1);
      if (at + length > bytes.length) throw new Error(`the predictions of '${name}' are cut short`);
      // A copy: `slice` of a Buffer is the same memory.
      const data = new Float32Array(new Uint8Array(bytes.subarray(at, at + length)).buffer);
      at += length;
      return [name, { data, shape, dtype: 'float32' } satisfies HostArray] as const;
    });
    return { ...rest, predictions: Object.fromEntries(predictions) };
  } catch (cause) {
    throw new EspalierError({
      code: 'checkpoint',
      scope: 'folds',
      message:
        'what was kept of a fold cannot be read; it is damaged. Remove it, so that the fold runs again.',
      cause,
    });
  }
}

/** The record of a finished fold, where it is kept. */
export async function loadFold(store: FoldStore | undefined, index: number): Promise<FoldRecord | undefined> {
  const bytes = await store?.read(`fold-${index}`);
  return bytes && bytes.length > 0 ? decodeFold(bytes) : undefined;
}
