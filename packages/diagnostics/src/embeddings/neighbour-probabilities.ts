import { exp } from '@espalier/core/internal';
import type { NumberRows } from './number-rows.js';

/** Squared distances of all pairs, `[N, N]`. */
export function squaredDistances({ examples, columns, values }: NumberRows): Float64Array {
  const distances = new Float64Array(examples * examples);
  for (let i = 0; i < examples; i++)
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += (values[i * columns + c]! - values[j * columns + c]!) ** 2;
      distances[i * examples + j] = distances[j * examples + i] = sum;
    }
  return distances;
}

/**
 * How near examples are to each other, as t-SNE has it: `[N, N]`, symmetric, of sum 1. Around each example a Gaussian is so wide that the
 * perplexity of its neighbours is the one that is asked for; it is found by halving, to 1e-5 in entropy.
 *
 * ```text
 * p_j|i = exp(-beta_i d_ij) / sum over k of exp(-beta_i d_ik),  log perplexity = - sum over j of p_j|i log p_j|i,  p_ij ~ p_j|i + p_i|j
 * ```
 */
export function neighbourProbabilities(
  distances: Float64Array,
  examples: number,
  perplexity: number,
): Float64Array {
  const conditional = new Float64Array(examples * examples);
  const wanted = Math.log(perplexity);
  for (let i = 0; i < examples; i++) {
    const row = conditional.subarray(i * examples, (i + 1) * examples);
    const away = distances.subarray(i * examples, (i + 1) * examples);
    let nearest = Infinity;
    for (let j = 0; j < examples; j++) if (j !== i) nearest = Math.min(nearest, away[j]!);
    let [low, high, beta] = [-Infinity, Infinity, 1];
    for (let round = 0; round < 100; round++) {
      let [sum, weighted] = [0, 0];
      for (let j = 0; j < examples; j++) {
        // Less the nearest, as all of them may be too far for exp; the shares are the same.
        const share = j === i ? 0 : exp(-beta * (away[j]! - nearest));
        row[j] = share;
        sum += share;
        weighted += share * (away[j]! - nearest);
      }
      for (let j = 0; j < examples; j++) row[j]! /= sum;
      const difference = Math.log(sum) + (beta * weighted) / sum - wanted;
      if (Math.abs(difference) <= 1e-5) break;
      if (difference > 0) {
        low = beta;
        beta = high === Infinity ? beta * 2 : (beta + high) / 2;
      } else {
        high = beta;
        beta = low === -Infinity ? beta / 2 : (beta + low) / 2;
      }
    }
  }
  const joint = new Float64Array(conditional.length);
  let total = 0;
  for (let i = 0; i < examples; i++)
    for (let j = 0; j < examples; j++) {
      joint[i * examples + j] = conditional[i * examples + j]! + conditional[j * examples + i]!;
      total += joint[i * examples + j]!;
    }
  return joint.map((value) => value / total);
}
