import * as tf from '@tensorflow/tfjs-core';
import type { Metric, MetricTotals, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { READING_RULES } from './class-pairs.js';
import { probabilitiesOf, probabilityChecks } from './probabilities.js';

/** Options of {@link calibrationError}. */
export interface CalibrationErrorOptions<Name extends string = 'calibrationError'> {
  /** What the model gives: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale;
  /** A label whose examples do not count. Default: none. */
  readonly ignoreIndex?: number;
  /** Number of bins, >= 1. Default 15. */
  readonly bins?: number;
  /** `l1`, the expected error; `l2`, its root mean square; `max`, the largest. Default `l1`. */
  readonly norm?: 'l1' | 'l2' | 'max';
  /** What it is called in logs. Default `calibrationError`. */
  readonly name?: Name;
}

/**
 * How far confidence is from the share that is right, over bins of confidence; from 0 to 1.
 *
 * ```text
 * l1: sum_b share_b |accuracy_b - confidence_b|;   l2: sqrt(sum_b share_b (...)^2);   max: max_b |...|
 * ```
 *
 * Confidence is the highest probability, and right that it is of the label; of a single output, the probability of class 1 and whether that
 * is the label. Bins are of equal width, `[b / bins, (b + 1) / bins)`, and one for exactly 1, as in torchmetrics.
 *
 * @param options.from Default `logits`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.bins Default 15.
 * @param options.norm `l1` (expected, default), `l2` (root mean square) or `max`.
 * @param options.name Default `calibrationError`.
 * @returns A {@link Metric}; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` for an output that does not fit `from`;
 *   `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * calibrationError({ bins: 10, norm: 'max' });
 * ```
 * Source: as torchmetrics `CalibrationError` (ECE, RMSCE, MCE).
 */
export function calibrationError<const Name extends string = 'calibrationError'>(
  options: CalibrationErrorOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('calibration-error', options, {
    from: READING_RULES.from,
    ignoreIndex: READING_RULES.ignoreIndex,
    bins: option.integer({ min: 1, default: 15 }),
    norm: option.oneOf(['l1', 'l2', 'max'], { default: 'l1' }),
    name: option.text({ default: 'calibrationError' }),
  });
  const edges = Array.from({ length: values.bins + 1 }, (_, i) => i / values.bins);
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...probabilityChecks('calibration-error', values.from, values.ignoreIndex),
    sums(batch) {
      const { probabilities, actual, weights } = probabilitiesOf(
        'calibration-error',
        batch,
        values.from,
        values.ignoreIndex,
      );
      const several = probabilities.shape[1] > 1;
      const confidence = several ? tf.max(probabilities, 1, true) : probabilities;
      const right = several
        ? tf.reshape(tf.equal(tf.argMax(probabilities, 1), tf.argMax(actual, 1)), [-1, 1])
        : tf.greater(actual, 0.5);
      const above = tf.cast(tf.greaterEqual(confidence, tf.tensor2d([edges])), 'float32');
      // Of cumulative counts, so that each number falls into one bin whatever its rounding.
      const sumsOf = (x: tf.Tensor): tf.Tensor =>
        tf.sum(tf.mul(above, weights ? tf.mul(x, tf.reshape(weights, [-1, 1])) : x), 0);
      return {
        weight: sumsOf(tf.onesLike(confidence)),
        confidence: sumsOf(confidence),
        right: sumsOf(tf.cast(right, 'float32')),
      };
    },
    result: (totals) => errorOf(totals, values.norm),
  };
}

/** The error of bins, out of sums over everything above each edge. */
function errorOf(totals: MetricTotals, norm: 'l1' | 'l2' | 'max'): number {
  const bin = (name: string, b: number): number => totals[name]![b]! - (totals[name]![b + 1] ?? 0);
  const all = totals['weight']![0]!;
  if (all === 0) return 0;
  let error = 0;
  for (let b = 0; b < totals['weight']!.length; b++) {
    const weight = bin('weight', b);
    // What weighted sums leave of a bin that is empty is rounding.
    if (weight <= 1e-6 * all) continue;
    const gap = Math.abs(bin('right', b) - bin('confidence', b)) / weight;
    if (norm === 'max') error = Math.max(error, gap);
    else error += (weight / all) * (norm === 'l1' ? gap : gap * gap);
  }
  return norm === 'l2' ? Math.sqrt(error) : error;
}
