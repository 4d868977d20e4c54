import type { HostArray } from '@espalier/core';
import { checkOptions, option, readOptions, stream, toTensorData } from '@espalier/core';
import { EventLoopTurns, log } from '@espalier/core/internal';
import type { AnyArray } from '../given-arrays.js';
import { failData, hostArray } from '../given-arrays.js';
import { neighbourProbabilities, squaredDistances } from './neighbour-probabilities.js';
import type { NumberRows } from './number-rows.js';
import { numberRows } from './number-rows.js';
import { principalComponents } from './pca.js';

/** Options of {@link tsne}. */
export interface TsneOptions {
  /** 2 or 3. Default 2. */
  readonly components?: 2 | 3;
  /** About how many neighbours each example has; at least 1 and less than N. Default 30. */
  readonly perplexity?: number;
  /** Default 1000. */
  readonly iterations?: number;
  /** > 0. Default `max(N / 48, 50)`. */
  readonly learningRate?: number;
  /** Where the points start: along the principal components, at random, or `[N, components]` given. Default `pca`. */
  readonly start?: 'pca' | 'random' | AnyArray;
  /** Fixes a random start. Default 0. */
  readonly seed?: number;
}

/** Examples in a plane or in space, neighbours beside each other. */
export interface Tsne {
  /** `[N, components]` float32. */
  readonly points: HostArray;
  /** Kullback-Leibler divergence between the neighbourhoods of the examples and of the points, >= 0; the lower the truer. */
  readonly divergence: number;
  readonly perplexity: number;
  readonly iterations: number;
}

/** All pairs are kept and gone through in each iteration. */
const MOST = 5000;

/**
 * t-SNE: places examples in a plane so that those which are near each other stay so. What is far apart says little, and sizes of groups
 * nothing.
 *
 * ```text
 * p_ij from Gaussians of the given perplexity,  q_ij ~ 1 / (1 + |y_i - y_j|^2)
 * d KL(p || q) / d y_i = 4 sum over j of (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2)
 * ```
 *
 * Momentum 0.5 and p times 12 in the first 250 iterations, then 0.8 and p itself, with gains for each coordinate. Exact: each iteration
 * takes time in N^2 (1000 examples, 1000 iterations: some twenty seconds), and at most 5000 examples are taken. Of more, give a sample;
 * of many columns, give what `pca` makes of them with 50 components.
 *
 * @param values `[N, ...]`, e.g. what `activations` gives for a layer; each example is one row of numbers. It stays the caller's.
 * @param options.components Default 2.
 * @param options.perplexity Default 30.
 * @param options.iterations Default 1000.
 * @param options.learningRate Default `max(N / 48, 50)`.
 * @param options.start Default `pca`.
 * @param options.seed Default 0.
 * @returns The same points for the same values, on every machine.
 * @throws EspalierError `invalid-option` for a perplexity that N does not allow; `invalid-data` for more than 5000 examples, NaN, a
 *   start of another shape.
 * @example
 * ```ts
 * const { points, divergence } = await tsne(tf.randomNormal([20, 4], 0, 1, 'float32', 1), { perplexity: 5, iterations: 50 });
 * console.log(points.shape, divergence);
 * ```
 *
 * van der Maaten, Hinton, Visualizing data using t-SNE, 2008. As scikit-learn's `TSNE(method='exact')`, which may stop earlier.
 */
export async function tsne(values: AnyArray, options: TsneOptions = {}): Promise<Tsne> {
  const { components, perplexity, iterations, learningRate, start, seed } = readOptions('tsne', options, {
    components: option.integer({ min: 2, max: 3, default: 2 }),
    perplexity: option.number({ min: 1, default: 30 }),
    iterations: option.integer({ min: 1, default: 1000 }),
    learningRate: option.number({ min: 0, exclusiveMin: true, optional: true }),
    start: option.custom<'pca' | 'random' | AnyArray>({
      default: 'pca',
      expected: "'pca', 'random', or an array [N, components]",
      accepts: (value) =>
        value === 'pca' || value === 'random' || Array.isArray((value as Partial<AnyArray> | null)?.shape),
    }),
    seed: option.seed({ default: 0 }),
  }).values;
  const rows = await numberRows('tsne', values);
  const { examples } = rows;
  if (examples > MOST)
    failData(
      'tsne',
      `${examples} examples are more than ${MOST}, of which all pairs are gone through. Give a sample of them.`,
    );
  if (perplexity >= examples)
    checkOptions('tsne').fail('perplexity', `less than ${examples}, the number of examples`, perplexity);
  const nearness = neighbourProbabilities(squaredDistances(rows), examples, perplexity);
  const points = await placed(rows, components, start, seed);
  const descent = new Descent(nearness, points, components, learningRate ?? Math.max(examples / 48, 50));
  const turns = new EventLoopTurns();
  for (let i = 0; i < iterations; i++) {
    descent.step(i < EARLY);
    await turns.take();
  }
  return {
    points: { data: Float32Array.from(points), shape: [examples, components], dtype: 'float32' },
    divergence: descent.divergence(),
    perplexity,
    iterations,
  };
}

/** In the first iterations groups form: p is larger, the momentum smaller. */
const [EARLY, EXAGGERATION] = [250, 12];

async function placed(
  rows: NumberRows,
  components: number,
  start: 'pca' | 'random' | AnyArray,
  seed: number,
): Promise<Float64Array> {
  const { examples, columns } = rows;
  const random = (): Float64Array =>
    Float64Array.from(stream(seed, 'tsne', 0).normals(examples * components), (value) => 1e-4 * value);
  if (start === 'random') return random();
  if (start !== 'pca') {
    const given = await hostArray('tsne', 'start', start);
    const points = Float64Array.from(toTensorData(given));
    if (String(given.shape) !== String([examples, components]) || !points.every(Number.isFinite))
      failData('tsne', `start must be finite numbers [${examples}, ${components}], got [${given.shape}].`);
    return points;
  }
  if (components > Math.min(examples, columns))
    failData(
      'tsne',
      `of ${columns} columns there are no ${components} principal components; start at 'random'.`,
    );
  const { points, variances } = principalComponents(rows, components);
  const deviation = Math.sqrt((variances[0]! * (examples - 1)) / examples);
  // Examples that are all the same have no components.
  return deviation > 0 ? points.map((value) => (1e-4 * value) / deviation) : random();
}

/** Gradient descent on the points, in place. */
class Descent {
  readonly #nearness: Float64Array;
  readonly #points: Float64Array;
  readonly #dimensions: number;
  readonly #learningRate: number;
  readonly #pairs: Float64Array;
  readonly #update: Float64Array;
  readonly #gains: Float64Array;

  constructor(nearness: Float64Array, points: Float64Array, dimensions: number, learningRate: number) {
    this.#nearness = nearness;
    this.#points = points;
    this.#dimensions = dimensions;
    this.#learningRate = learningRate;
    this.#pairs = new Float64Array(nearness.length);
    this.#update = new Float64Array(points.length);
    this.#gains = new Float64Array(points.length).fill(1);
  }

  step(early: boolean): void {
    const momentum = early ? 0.5 : 0.8;
    const gradient = this.#gradient(early ? EXAGGERATION : 1);
    const [update, gains] = [this.#update, this.#gains];
    gradient.forEach((slope, i) => {
      gains[i] = Math.max(0.01, update[i]! * slope < 0 ? gains[i]! + 0.2 : gains[i]! * 0.8);
      update[i] = momentum * update[i]! - this.#learningRate * gains[i]! * slope;
      this.#points[i]! += update[i]!;
    });
  }

  divergence(): number {
    const total = this.#pairUp();
    return this.#nearness.reduce(
      (sum, p, i) => (p > 0 ? sum + p * (log(p) - log(Math.max(TINY, this.#pairs[i]! / total))) : sum),
      0,
    );
  }

  /** `1 / (1 + |y_i - y_j|^2)` of all pairs, and their sum. */
  #pairUp(): number {
    const [points, pairs, size] = [this.#points, this.#pairs, this.#dimensions];
    const examples = points.length / size;
    let total = 0;
    for (let i = 0; i < examples; i++)
      for (let j = 0; j < i; j++) {
        let distance = 1;
        for (let d = 0; d < size; d++) distance += (points[i * size + d]! - points[j * size + d]!) ** 2;
        const near = 1 / distance;
        pairs[i * examples + j] = pairs[j * examples + i] = near;
        total += 2 * near;
      }
    return total;
  }

  #gradient(exaggeration: number): Float64Array {
    const total = this.#pairUp();
    const [points, pairs, nearness, size] = [this.#points, this.#pairs, this.#nearness, this.#dimensions];
    const examples = points.length / size;
    const gradient = new Float64Array(points.length);
    for (let i = 0; i < examples; i++)
      for (let j = 0; j < i; j++) {
        const at = i * examples + j;
        const near = pairs[at]!;
        const pull = 4 * (exaggeration * nearness[at]! - Math.max(TINY, near / total)) * near;
        for (let d = 0; d < size; d++) {
          const along = pull * (points[i * size + d]! - points[j * size + d]!);
          gradient[i * size + d]! += along;
          gradient[j * size + d]! -= along;
        }
      }
    return gradient;
  }
}

const TINY = Number.EPSILON;
