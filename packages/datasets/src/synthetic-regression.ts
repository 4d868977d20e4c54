import type { Dataset } from '@espalier/core';
import { checkOptions, stream } from '@espalier/core';
import { describe } from '@espalier/core/internal';
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
  const { fn = Math.sin, points = 100, range = [-5, 5], noise = 0.1, gaps = [], seed = 0 } = options;
  const scope = 'synthetic-regression';
  const check = checkOptions(scope);
  if (typeof fn !== 'function') check.fail('fn', 'a function of a number', fn);
  check.integer('points', points, { min: 1 });
  check.number('noise', noise, { min: 0 });
  check.integer('seed', seed, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (!isInterval(range)) check.fail('range', '[low, high] with low < high', range);
  if (!Array.isArray(gaps) || !gaps.every(isInterval)) {
    check.fail('gaps', 'a list of [low, high] with low < high', gaps);
  }
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

function isInterval(value: unknown): value is readonly [number, number] {
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
