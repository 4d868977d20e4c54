import type { RandomStream, Sampler } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { log } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import { numbersByExample } from './numbers-by-example.js';

const SCOPE = 'weighted-sampler';

/** Options of {@link weightedSampler}. */
export interface WeightedSamplerOptions {
  /** `[N]`, one for each example, each >= 0 and finite, not all 0; they need not add up to 1. */
  readonly weights: ArrayLike<number>;
  /** Examples of an epoch, >= 1. Default: as many as there are weights. */
  readonly length?: number;
  /** Each draw is from all examples; otherwise each comes at most once. Default true. */
  readonly replacement?: boolean;
}

/**
 * Examples drawn in proportion to their weights.
 *
 * With replacement, each draw is example i with probability `p[i] = w[i] / sum(w)`. Without, each draw is from those that
 * are left, in proportion to their weights; then `length` may not exceed the number of weights above 0.
 *
 * @returns A sampler for `fit` and {@link batches}: a pure function of seed and epoch.
 * @throws EspalierError `invalid-option`; `invalid-data` when it is used with a data set of another size.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [2], [3]], targets: [[1], [4], [9]] });
 * const order = batches(data, { sampler: weightedSampler({ weights: [1, 1, 8] }), batchSize: 1 });
 * ```
 * @see PyTorch, `torch.utils.data.WeightedRandomSampler`. Without replacement: Efraimidis, Spirakis, "Weighted random
 *   sampling with a reservoir", 2006.
 */
export function weightedSampler(options: WeightedSamplerOptions): Sampler {
  const { values, config } = readOptions(SCOPE, options, {
    weights: numbersByExample(),
    length: option.integer({ min: 1, optional: true }),
    replacement: option.boolean({ default: true }),
  });
  const { replacement } = values;
  const check = checkOptions(SCOPE);
  const weights = Float64Array.from(values.weights);
  weights.forEach((weight, i) => check.number(`weights[${i}]`, weight, { min: 0 }));
  const positive = weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
  if (positive === 0) check.fail('weights', 'above 0 for at least one example', values.weights);
  const { length = weights.length } = values;
  check.integer('length', length, replacement ? { min: 1 } : { min: 1, max: positive });
  return {
    name: SCOPE,
    config,
    length,
    order(size, { seed, epoch }) {
      if (size !== weights.length) {
        invalidData(
          SCOPE,
          `there are ${weights.length} weights and ${size} examples; give one for each example.`,
        );
      }
      const random = stream(seed, SCOPE, epoch);
      return replacement ? drawAgain(weights, length, random) : drawOnce(weights, length, random);
    },
  };
}

// 24 bits of a draw are too coarse for data sets of millions of examples.
function uniform53(random: RandomStream): number {
  return (random.integer(2 ** 26) * 2 ** 27 + random.integer(2 ** 27)) * 2 ** -53;
}

function drawAgain(weights: Float64Array, length: number, random: RandomStream): Uint32Array {
  const ends = new Float64Array(weights.length);
  let total = 0;
  weights.forEach((weight, i) => (ends[i] = total += weight));
  return new Uint32Array(length).map(() => {
    const at = uniform53(random) * total;
    let [low, high] = [0, ends.length - 1];
    // The first example whose end lies beyond `at`: those of weight 0 end where the one before them does.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

// Arrival times of independent exponential clocks with rates w: the order of arrival is that of the draws.
function drawOnce(weights: Float64Array, length: number, random: RandomStream): Uint32Array {
  const times = weights.map((weight) => {
    const time = -log(1 - uniform53(random));
    return weight > 0 ? time / weight : Infinity;
  });
  const order = new Uint32Array(weights.length).map((_, i) => i);
  return order.sort((a, b) => times[a]! - times[b]!).slice(0, length);
}
