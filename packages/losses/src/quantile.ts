import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkTargetValues, FINITE } from '@espalier/core/internal';
import { checkOneTarget } from './one-target.js';
import { rowLoss } from './row-loss.js';

/** Options of {@link quantile}. */
export interface QuantileOptions {
  /** The quantiles that the outputs along the last axis are, each between 0 and 1. Default [0.5], the median. */
  readonly quantiles?: readonly number[];
}

const SCOPE = 'quantile';

/**
 * Quantile (pinball) loss: least where the output is the q-th quantile of the targets.
 *
 * ```text
 * e = t_n - y_nq
 * loss_n = mean_q max(q e, (q - 1) e),   d loss_n / d y_nq = -q where e > 0, 1 - q where e < 0, 0 at 0
 * ```
 *
 * Outputs `[N, ..., Q]` are the quantiles of one number each, targets `[N, ...]` or `[N, ..., 1]`. Nothing keeps the quantiles in
 * order.
 *
 * @param options.quantiles Default [0.5]: half the absolute error.
 * @returns A {@link Loss}: per example `[N]`, in units of the target.
 * @throws EspalierError `invalid-option` for bad quantiles; the loss throws `invalid-data` for shapes that do not fit and targets
 *   that are not finite.
 * @example
 * ```ts
 * quantile({ quantiles: [0.1, 0.9] }).perExample(tf.tensor2d([[0, 2]]), tf.tensor1d([1])); // [(0.1 + 0.1) / 2]
 * ```
 * Source: Koenker and Bassett, "Regression quantiles" (1978); as scikit-learn `mean_pinball_loss`.
 */
export function quantile(options: QuantileOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    quantiles: option.list(option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true }), {
      min: 1,
      default: [0.5],
    }),
  });
  const { quantiles } = values;
  const row = (): tf.Tensor => tf.tensor2d([...quantiles], [1, quantiles.length]);
  const check = (outputs: readonly (number | null)[], targets: readonly (number | null)[]): void =>
    checkOneTarget(SCOPE, 'one for each quantile', quantiles.length, outputs, targets);
  return rowLoss({
    name: 'quantile',
    config,
    targetKind: 'values',
    prepare(outputs, targets) {
      check(outputs.shape, targets.shape);
      return tf.reshape(tf.cast(targets, 'float32'), [-1, 1]);
    },
    value(output, target) {
      const error = tf.sub(target, output);
      // q e + max(-e, 0)
      return tf.mean(tf.add(tf.mul(row(), error), tf.relu(tf.neg(error))), 1);
    },
    slope(output, target) {
      const error = tf.sub(target, output);
      const share = tf.sub(tf.step(tf.neg(error)), tf.mul(row(), tf.abs(tf.sign(error))));
      return tf.mul(share, 1 / quantiles.length);
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) check(outputShape, [null, ...targets.shape.slice(1)]);
      checkTargetValues(SCOPE, targets, FINITE);
    },
  });
}
