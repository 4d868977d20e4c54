import type { Dataset } from '@espalier/core';
import { option, readOptions, stream } from '@espalier/core';
import { cosPi, sinPi } from '@espalier/core/internal';
import { inMemory } from './in-memory.js';

/** What the shapes have in common. */
export interface ShapeOptions {
  /** Number of examples, >= 1. Default 200. */
  readonly examples?: number;
  /** Standard deviation of the Gaussian noise on each coordinate, >= 0. Default 0.1. */
  readonly noise?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
}

/** Options of {@link circles}. */
export interface CirclesOptions extends ShapeOptions {
  /** Radius of the inner circle, that of the outer one being 1; 0 < factor < 1. Default 0.5. */
  readonly factor?: number;
}

/** Options of {@link spirals}. */
export interface SpiralsOptions extends ShapeOptions {
  /** Arms, each a class, >= 1. Default 2. */
  readonly classes?: number;
  /** Turns of each arm, > 0. Default 1.5. */
  readonly turns?: number;
}

const RULES = {
  examples: option.integer({ min: 1, default: 200 }),
  noise: option.number({ min: 0, default: 0.1 }),
  seed: option.seed({ default: 0 }),
};

/**
 * Two half circles that reach into each other: a small problem that no straight line solves.
 *
 * Class 0 `(cos t, sin t)`, class 1 `(1 - cos t, 0.5 - sin t)`, `t` at equal distances from 0 to pi; Gaussian noise on both.
 * Labels run 0, 1, 0, 1, ...
 *
 * @returns Inputs `[N, 2]` float32, labels `[N]` int32.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const data = moons({ examples: 500, noise: 0.2, seed: 1 });
 * ```
 * @see scikit-learn, `sklearn.datasets.make_moons`, whose points these are but for their order and noise.
 */
export function moons(options: ShapeOptions = {}): Dataset {
  const { examples, noise, seed } = readOptions('moons', options, RULES).values;
  return shape('moons', { examples, noise, seed, classes: 2 }, (label, at, count) => {
    const t = count === 1 ? 0 : at / (count - 1);
    return label === 0 ? [cosPi(t), sinPi(t)] : [1 - cosPi(t), 0.5 - sinPi(t)];
  });
}

/**
 * A small circle in a large one.
 *
 * Class 0 `(cos t, sin t)`, class 1 `factor (cos t, sin t)`, `t` at equal distances around; Gaussian noise on both. Labels run
 * 0, 1, 0, 1, ...
 *
 * @returns Inputs `[N, 2]` float32, labels `[N]` int32.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const data = circles({ factor: 0.3, noise: 0.05 });
 * ```
 * @see scikit-learn, `sklearn.datasets.make_circles`, whose points these are but for their order and noise.
 */
export function circles(options: CirclesOptions = {}): Dataset {
  const { examples, noise, seed, factor } = readOptions('circles', options, {
    ...RULES,
    factor: option.number({ min: 0, exclusiveMin: true, max: 1, exclusiveMax: true, default: 0.5 }),
  }).values;
  return shape('circles', { examples, noise, seed, classes: 2 }, (label, at, count) => {
    const t = (2 * at) / count;
    const radius = label === 0 ? 1 : factor;
    return [radius * cosPi(t), radius * sinPi(t)];
  });
}

/**
 * Spiral arms, one for each class.
 *
 * Of class c `(r cos a, r sin a)` with `a = 2 pi (turns r + c / classes)`, `r` at equal distances in (0, 1]; Gaussian noise on
 * both coordinates. Labels run 0, 1, ..., classes - 1, 0, 1, ...
 *
 * @returns Inputs `[N, 2]` float32, labels `[N]` int32.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const data = spirals({ examples: 600, classes: 3, noise: 0.02 });
 * ```
 */
export function spirals(options: SpiralsOptions = {}): Dataset {
  const { examples, noise, seed, classes, turns } = readOptions('spirals', options, {
    ...RULES,
    classes: option.integer({ min: 1, default: 2 }),
    turns: option.number({ min: 0, exclusiveMin: true, default: 1.5 }),
  }).values;
  return shape('spirals', { examples, noise, seed, classes }, (label, at, count) => {
    const radius = (at + 1) / count;
    const t = 2 * (turns * radius + label / classes);
    return [radius * cosPi(t), radius * sinPi(t)];
  });
}

interface Shape {
  readonly examples: number;
  readonly noise: number;
  readonly seed: number;
  readonly classes: number;
}

function shape(
  scope: string,
  { examples, noise, seed, classes }: Shape,
  point: (label: number, at: number, count: number) => readonly [number, number],
): Dataset {
  const errors = stream(seed, scope);
  const data = new Float32Array(2 * examples);
  const labels = Int32Array.from({ length: examples }, (_, i) => i % classes);
  labels.forEach((label, i) => {
    const count = Math.floor((examples - 1 - label) / classes) + 1;
    const [x, y] = point(label, Math.floor(i / classes), count);
    data[2 * i] = x + noise * errors.normal();
    data[2 * i + 1] = y + noise * errors.normal();
  });
  return inMemory(
    scope,
    {
      inputs: { input: { data, shape: [examples, 2], dtype: 'float32' } },
      targets: { target: { data: labels, shape: [examples], dtype: 'int32' } },
    },
    Array.from({ length: classes }, (_, label) => `class ${label}`),
  );
}
