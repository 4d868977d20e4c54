import * as tf from '@tensorflow/tfjs-core';
import { option, toTensorData } from '@espalier/core';
import type { AnyArray } from '../given-arrays.js';
import { asTensor, failData } from '../given-arrays.js';
import { mapped } from './saliency.js';
import type { Attributions, Scorer } from './score.js';

/** One number for all entries, or arrays `[1, ...]` or `[N, ...]` by input name. */
export type Baseline = number | Readonly<Record<string, AnyArray>>;

export const BASELINE_RULE = option.custom<Baseline>({
  default: 0,
  expected: 'a number, or arrays by input name',
  accepts: (value) => Number.isFinite(value) || (typeof value === 'object' && value !== null),
});

/**
 * The baseline as tensors of the inputs' shapes, to be disposed, and the score at it. Where that fails, the scorer is disposed.
 *
 * @throws EspalierError `invalid-data` for arrays of other names or shapes.
 */
export async function baselineOf(
  scope: string,
  of: Scorer,
  baseline: Baseline,
): Promise<{ readonly start: Record<string, tf.Tensor>; readonly baselineScores: number[] }> {
  let start: Record<string, tf.Tensor> = {};
  try {
    start = tf.tidy(() =>
      mapped(of.inputs, (input, name) => {
        if (typeof baseline === 'number') return tf.fill(input.shape, baseline);
        const given = baseline[name];
        if (!given) return failData(scope, `baseline has no input '${name}'.`);
        const tensor = tf.cast(asTensor(given), 'float32');
        const fits =
          tensor.rank === input.rank &&
          tensor.shape.every((d, i) => d === input.shape[i] || (i === 0 && d === 1));
        if (!fits)
          return failData(scope, `baseline '${name}' is [${tensor.shape}], the input [${input.shape}].`);
        return tf.add(tf.zerosLike(input), tensor);
      }),
    );
    const before = tf.tidy(() => of.scores(start));
    const baselineScores = Array.from(await before.data());
    before.dispose();
    return { start, baselineScores };
  } catch (error) {
    of.dispose();
    tf.dispose(start);
    throw error;
  }
}

/** How far the attributions of each example are from adding up to the change of its score, and whether that is within the tolerance. */
export function gapsOf(
  { scores, values }: Attributions,
  baselineScores: readonly number[],
  tolerance: number,
): { readonly gaps: readonly number[]; readonly complete: boolean } {
  const gaps = scores.map((score, n) => {
    const sum = Object.values(values).reduce((all, array) => {
      const size = array.data.length / scores.length;
      const own = toTensorData(array).subarray(n * size, (n + 1) * size);
      return all + Array.from(own).reduce((total, value) => total + value, 0);
    }, 0);
    return sum - (score - baselineScores[n]!);
  });
  // Rounding of the scores themselves counts as no gap.
  const complete = gaps.every((gap, n) => {
    const [score, base] = [scores[n]!, baselineScores[n]!];
    return (
      Math.abs(gap) <= tolerance * Math.abs(score - base) + 1e-5 * Math.max(Math.abs(score), Math.abs(base))
    );
  });
  return { gaps, complete };
}
