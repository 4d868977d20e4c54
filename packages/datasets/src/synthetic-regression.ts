import type { Dataset } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { describe, sin } from '@espalier/core/internal';
import { inMemory } from './in-memory.js';
import { invalidData } from './invalid-data.js';

/** Options of {@link syntheticRegression}. */
export interface SyntheticRegressionOptions {
  /** The function to be learned. Default `sin`. */
  readonly fn?: (x: number) => number;
  /** Number of examples, >= 1. Default 100. */
  readonly points?: number;
  /** Where x is drawn from, `[low, high)`. Default `[-5, 5]`. */
  readonly range?: readonly [number, number];
  /** Standard deviation of the Gaussian noise on y, >= 0. Default 0.1. */
  readonly noise?: number;
  /** Open intervals without points, e.g. `[[-3, -1], [2, 3]]`; points are uniform over what is left. Default none. */
  readonly gaps?: readonly (readonly [number, number])[];
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
}

/**
 * Noisy points of a function from R to R, with gaps where wanted.
 *
 * `y = fn(x) + noise * standard normal`, x uniform over `range` without `gaps`, in the order drawn.
 *
 * @returns Inputs `[N, 1]` float32, targets `[N, 1]` float32.
 * @throws EspalierError `invalid-option`; `invalid-data` when `fn` gives something that is not finite.
 * @example
 * ```ts
 * const train = syntheticRegression({ fn: (x) => Math.sin(x) + x / 3, noise: 0.2, gaps: [[-3, -1], [2, 3]], seed: 1 });
 * ```
 */
export function syntheticRegression(options: SyntheticRegressionOptions = {}): Dataset {
  const scope = 'synthetic-regression';
  const { fn, points, range, noise, gaps, seed } = readOptions(scope, options, {
    fn: option.custom<(x: number) => number, { readonly default: (x: number) => number }>({
      expected: 'a function of a number',
      accepts: (value) => typeof value === 'function',
      default: sin,
    }),
    points: option.integer({ min: 1, default: 100 }),
    range: option.custom<Interval, { readonly default: Interval }>({
      expected: '[low, high] with low < high',
      accepts: isInterval,
      default: [-5, 5],
    }),
    noise: option.number({ min: 0, default: 0.1 }),
    gaps: option.custom<readonly Interval[], { readonly default: readonly Interval[] }>({
      expected: 'a list of [low, high] with low < high',
      accepts: (value) => Array.isArray(value) && value.every(isInterval),
      default: [],
    }),
    seed: option.seed({ default: 0 }),
  }).values;
  const check = checkOptions(scope);
  const pieces = withoutGaps(range, gaps);
  const total = pieces.reduce((sum, [low, high]) => sum + high - low, 0);
  if (total <= 0) check.fail('gaps', `intervals that leave something of ${describe(range)}`, gaps);

  const positions = stream(seed, `${scope}/x`);
  const errors = stream(seed, `${scope}/noise`);
  const x = new Float32Array(points);
  const y = new Float32Array(points);
  for (let i = 0; i < points; i++) {
    let left = positions.uniform() * total;
    let at = 0;
    while (at < pieces.length - 1 && left >= pieces[at]![1] - pieces[at]![0]) {
      left -= pieces[at]![1] - pieces[at]![0];
      at++;
    }
    x[i] = pieces[at]![0] + left;
    y[i] = fn(x[i]!) + noise * errors.normal();
    if (!Number.isFinite(y[i]))
      invalidData(scope, `fn must give finite numbers, got ${y[i]} at x = ${x[i]}.`);
  }
  return inMemory(scope, {
    inputs: { input: { data: x, shape: [points, 1], dtype: 'float32' } },
    targets: { target: { data: y, shape: [points, 1], dtype: 'float32' } },
  });
}

type Interval = readonly [number, number];

function isInterval(value: unknown): value is Interval {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];
}

function withoutGaps(
  range: readonly [number, number],
  gaps: readonly (readonly [number, number])[],
): [number, number][] {
  let pieces: [number, number][] = [[range[0], range[1]]];
  for (const [from, to] of gaps) {
    pieces = pieces.flatMap(([low, high]): [number, number][] => {
      const parts: [number, number][] = [
        [low, Math.min(high, from)],
        [Math.max(low, to), high],
      ];
      return to <= low || from >= high ? [[low, high]] : parts.filter(([a, b]) => a < b);
    });
  }
  return pieces;
}
