import type { Dataset } from '@espalier/core';
import { option, readOptions, stream } from '@espalier/core';
import { sinPi } from '@espalier/core/internal';
import { inMemory } from './in-memory.js';

/** Options of {@link friedman}. */
export interface FriedmanOptions {
  /** Which of the three problems. Default 1. */
  readonly problem?: '1' | '2' | '3';
  /** Number of examples >= 1. Default 100. */
  readonly examples?: number;
  /** Features of problem 1, >= 5, of which 5 matter; 2 and 3 have 4. Default 10. */
  readonly features?: number;
  /** Standard deviation >= 0 of the noise on the targets. Default 0. */
  readonly noise?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
}

/** Where the features of problems 2 and 3 lie. */
const RANGES = [
  [0, 100],
  [40 * Math.PI, 560 * Math.PI],
  [0, 1],
  [1, 11],
] as const;

/**
 * Friedman's regression problems: few features matter, and not in a line.
 *
 * 1: `10 sin(pi x0 x1) + 20 (x2 - 0.5)^2 + 10 x3 + 5 x4`, all features uniform in [0, 1). With x0 in [0, 100), x1 in
 * [40 pi, 560 pi), x2 in [0, 1), x3 in [1, 11) and `r = x1 x2 - 1 / (x1 x3)`, 2: `sqrt(x0^2 + r^2)`, 3: `atan(r / x0)`.
 *
 * @returns Inputs `[N, features]`, targets `[N, 1]`, float32.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const data = friedman({ examples: 200, noise: 1, seed: 1 });
 * ```
 * @see Friedman, Multivariate adaptive regression splines, 1991; scikit-learn, `make_friedman1` to `make_friedman3`.
 */
export function friedman(options: FriedmanOptions = {}): Dataset {
  const scope = 'friedman';
  const { problem, examples, features, noise, seed } = readOptions(scope, options, {
    problem: option.oneOf(['1', '2', '3'], { default: '1' }),
    examples: option.integer({ min: 1, default: 100 }),
    features: option.integer({ min: 5, default: 10 }),
    noise: option.number({ min: 0, default: 0 }),
    seed: option.seed({ default: 0 }),
  }).values;
  const width = problem === '1' ? features : RANGES.length;
  const x = stream(seed, `${scope}/x`).uniforms(examples * width);
  if (problem !== '1') {
    x.forEach((uniform, i) => {
      const [low, high] = RANGES[i % width]!;
      x[i] = low + uniform * (high - low);
    });
  }
  const errors = stream(seed, `${scope}/noise`);
  const y = Float32Array.from({ length: examples }, (_, i) => {
    const exact = friedmanValue(problem, x.subarray(i * width, (i + 1) * width));
    return exact + noise * errors.normal();
  });
  return inMemory(scope, {
    inputs: { input: { data: x, shape: [examples, width], dtype: 'float32' } },
    targets: { target: { data: y, shape: [examples, 1], dtype: 'float32' } },
  });
}

/** The target of one example without noise. */
export function friedmanValue(problem: '1' | '2' | '3', x: ArrayLike<number>): number {
  const [x0, x1, x2, x3, x4] = [x[0]!, x[1]!, x[2]!, x[3]!, x[4]!];
  if (problem === '1') {
    return 10 * sinPi(x0 * x1) + 20 * (x2 - 0.5) * (x2 - 0.5) + 10 * x3 + 5 * x4;
  }
  const rest = x1 * x2 - 1 / (x1 * x3);
  if (problem === '2') return Math.sqrt(x0 * x0 + rest * rest);
  // eslint-disable-next-line no-restricted-syntax -- A digit behind the 24 bits that are kept.
  return Math.atan(rest / x0);
}
