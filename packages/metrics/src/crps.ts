import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, Metric, MetricBatch } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkTargetValues, failData, FINITE, formatShape } from '@espalier/core/internal';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link crps}. */
export interface CrpsOptions<Name extends string = 'crps'> {
  /** What it is called in logs. Default `crps`. */
  readonly name?: Name;
}

/**
 * Continuous ranked probability score of an ensemble: the outputs are M guesses at one number. In units of the target, 0 perfect; of one
 * guess it is the absolute error.
 *
 * ```text
 * crps_n = mean_m |y_nm - t_n| - sum_ij |y_ni - y_nj| / (2 M^2)
 * ```
 *
 * @param options.name Default `crps`.
 * @returns A {@link Metric} of outputs `[N, M]` and targets `[N]` or `[N, 1]`; 0 where all weights are 0. Memory `[N, M, M]`.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * crps();
 * ```
 * Source: Gneiting and Raftery, 2007; as torchmetrics `ContinuousRankedProbabilityScore`.
 */
export function crps<const Name extends string = 'crps'>(
  options: CrpsOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('crps', options, { name: option.text({ default: 'crps' }) });
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    checkTargets(targets: HostArray, outputShape): void {
      if (outputShape.length > 1) checkShapes(outputShape, [null, ...targets.shape.slice(1)]);
      checkTargetValues('crps', targets, FINITE);
    },
    sums({ outputs, targets, weights }: MetricBatch) {
      checkShapes(outputs.shape, targets.shape);
      const [examples, guesses] = outputs.shape as [number, number];
      const truth = tf.reshape(tf.cast(targets, 'float32'), [examples, 1]);
      const error = tf.mean(tf.abs(tf.sub(outputs, truth)), 1);
      const apart = tf.abs(
        tf.sub(tf.reshape(outputs, [examples, guesses, 1]), tf.reshape(outputs, [examples, 1, guesses])),
      );
      const spread = tf.mean(tf.reshape(apart, [examples, -1]), 1);
      return meanSums(tf.sub(error, tf.div(spread, 2)), weights);
    },
    result: meanOf,
  };
}

function checkShapes(outputs: readonly (number | null)[], targets: readonly (number | null)[]): void {
  const single = targets.length === 1 || (targets.length === 2 && targets[1] === 1);
  if (outputs.length === 2 && single && (targets[0] === null || targets[0] === outputs[0])) return;
  failData(
    'crps',
    `outputs must be [N, M] and targets [N] or [N, 1], got ${formatShape(outputs)} and ${formatShape(targets)}.`,
  );
}
