import type { Dataset } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { inMemory } from './in-memory.js';
import { invalidData } from './invalid-data.js';

const SCOPE = 'windows';

/** Options of {@link windows}. */
export interface WindowsOptions {
  /** Steps that an input has, >= 1. */
  readonly length: number;
  /** How many steps after the input the target begins: 1 is the next one. >= 1. Default 1. */
  readonly offset?: number;
  /** Steps that a target has, >= 1. Default 1. */
  readonly horizon?: number;
  /** Steps between the beginnings of two windows, >= 1. Default 1. */
  readonly stride?: number;
  /** Which features are predicted, by number. Default: all. */
  readonly targets?: readonly number[];
}

/**
 * Windows of a time series: some steps as input, later ones as target.
 *
 * Window `i` takes steps `i * stride` to `i * stride + length - 1`, and its target begins at `i * stride + length - 1 + offset`. Windows
 * overlap where `stride` is less than `length`: split the series before, not the windows, or use `timeSeriesFolds` with a gap.
 *
 * @param series One number, or one row of features, for each step, in time order.
 * @returns Inputs `[N, length, F]`, targets `[N, horizon * features predicted]`, float32; F is 1 for plain numbers.
 * @throws EspalierError `invalid-option`; `invalid-data` for rows of different lengths, numbers that are not finite, or a series too
 *   short for one window.
 * @example
 * ```ts
 * const data = windows([1, 2, 3, 4, 5, 6], { length: 3 }); // inputs [1 2 3], [2 3 4], [3 4 5]; targets 4, 5, 6
 * ```
 * @see Keras, `timeseries_dataset_from_array`.
 */
export function windows(
  series: ArrayLike<number> | readonly (readonly number[])[],
  options: WindowsOptions,
): Dataset {
  const { length, offset, horizon, stride, targets } = readOptions(SCOPE, options, {
    length: option.integer({ min: 1 }),
    offset: option.integer({ min: 1, default: 1 }),
    horizon: option.integer({ min: 1, default: 1 }),
    stride: option.integer({ min: 1, default: 1 }),
    targets: option.list(option.integer({ min: 0 }), { min: 1, optional: true }),
  }).values;
  const rows = Array.from(series as ArrayLike<number | readonly number[]>, (step) =>
    typeof step === 'number' ? [step] : step,
  );
  const features = rows[0]?.length ?? 0;
  rows.forEach((row, step) => {
    if (row.length !== features) {
      invalidData(SCOPE, `step ${step} has ${row.length} features, step 0 has ${features}.`);
    }
    const bad = row.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      invalidData(
        SCOPE,
        `step ${step} has ${row[bad]} as feature ${bad}; fill or leave out what is missing.`,
      );
  });
  const predicted = targets ?? Array.from({ length: features }, (_, feature) => feature);
  const beyond = predicted.find((feature) => feature >= features);
  if (beyond !== undefined && features > 0) {
    checkOptions(SCOPE).fail('targets', `numbers of features below ${features}`, beyond);
  }
  const needed = length - 1 + offset + horizon;
  const count = Math.floor((rows.length - needed) / stride) + 1;
  if (count < 1 || features === 0) {
    invalidData(SCOPE, `the series has ${rows.length} steps, and one window needs ${needed}.`);
  }
  const x = new Float32Array(count * length * features);
  const y = new Float32Array(count * horizon * predicted.length);
  for (let i = 0; i < count; i++) {
    for (let step = 0; step < length; step++) x.set(rows[i * stride + step]!, (i * length + step) * features);
    for (let step = 0; step < horizon; step++) {
      const row = rows[i * stride + length - 1 + offset + step]!;
      predicted.forEach(
        (feature, place) => (y[(i * horizon + step) * predicted.length + place] = row[feature]!),
      );
    }
  }
  return inMemory(SCOPE, {
    inputs: { input: { data: x, shape: [count, length, features], dtype: 'float32' } },
    targets: { target: { data: y, shape: [count, horizon * predicted.length], dtype: 'float32' } },
  });
}
