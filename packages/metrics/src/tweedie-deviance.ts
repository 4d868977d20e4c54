import * as tf from '@tensorflow/tfjs-core';
import type { Metric } from '@espalier/core';
import type { AllowedValues } from '@espalier/core/internal';
import { FINITE } from '@espalier/core/internal';
import { checkOptions, option, readOptions } from '@espalier/core';
import { regressionChecks, regressionPairs } from './regression.js';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link tweedieDeviance}. */
export interface TweedieDevianceOptions<Name extends string = 'tweedieDeviance'> {
  /** p: 0 normal, 1 Poisson, 2 gamma, between 1 and 2 amounts with zeros, 3 inverse Gaussian; 0, or from 1 to 3. */
  readonly power: number;
  /** What it is called in logs. Default `tweedieDeviance`. */
  readonly name?: Name;
}

const NOT_NEGATIVE: AllowedValues = { text: 'a finite number >= 0', accepts: (t) => t >= 0 && t < Infinity };
const POSITIVE: AllowedValues = { text: 'a finite number > 0', accepts: (t) => t > 0 && t < Infinity };

/**
 * Mean deviance of a Tweedie distribution whose mean the output is.
 *
 * ```text
 * p = 0: (t - y)^2          p = 1: 2 (t log(t / y) + y - t)          p = 2: 2 (log(y / t) + t / y - 1)
 * else:  2 (t^(2-p) / ((1-p)(2-p)) - t y^(1-p) / (1-p) + y^(2-p) / (2-p))
 * ```
 *
 * Outputs are means, > 0 but for p = 0, not logarithms; NaN where one is not.
 *
 * @param options.power p: 0, or from 1 to 3.
 * @param options.name Default `tweedieDeviance`.
 * @returns A {@link Metric} of outputs and targets of the same shape `[N, ...]`; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for bad options; before the first step `invalid-data` for targets below 0 (at 0, where
 *   p >= 2); `sums` throws `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * tweedieDeviance({ power: 1 }); // Poisson deviance
 * ```
 * Source: as scikit-learn `mean_tweedie_deviance`, torchmetrics `TweedieDevianceScore`.
 */
export function tweedieDeviance<const Name extends string = 'tweedieDeviance'>(
  options: TweedieDevianceOptions<Name>,
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('tweedie-deviance', options, {
    power: option.number({ min: 0, max: 3 }),
    name: option.text({ default: 'tweedieDeviance' }),
  });
  const { power } = values;
  if (power > 0 && power < 1) checkOptions('tweedie-deviance').fail('power', '0, or from 1 to 3', power);
  return {
    name: values.name as Name,
    config,
    better: 'lower',
    ...regressionChecks('tweedie-deviance', power === 0 ? FINITE : power < 2 ? NOT_NEGATIVE : POSITIVE),
    sums(batch) {
      const [outputs, targets] = regressionPairs('tweedie-deviance', batch);
      // Of means that are not positive there is no deviance, and pow would make one up.
      const known =
        power === 0 ? outputs : tf.where(tf.greater(outputs, 0), outputs, tf.fill(outputs.shape, NaN));
      return meanSums(tf.mean(deviance(known, targets, power), 1), batch.weights);
    },
    result: meanOf,
  };
}

function deviance(y: tf.Tensor, t: tf.Tensor, p: number): tf.Tensor {
  if (p === 0) return tf.squaredDifference(t, y);
  if (p === 1) {
    const ratio = tf.where(tf.greater(t, 0), tf.div(t, y), tf.onesLike(t));
    return tf.mul(tf.add(tf.mul(t, tf.log(ratio)), tf.sub(y, t)), 2);
  }
  if (p === 2) return tf.mul(tf.sub(tf.add(tf.log(tf.div(y, t)), tf.div(t, y)), 1), 2);
  const own = tf.mul(tf.pow(t, 2 - p), 1 / ((1 - p) * (2 - p)));
  const cross = tf.mul(tf.mul(t, tf.pow(y, 1 - p)), 1 / (1 - p));
  return tf.mul(tf.add(tf.sub(own, cross), tf.mul(tf.pow(y, 2 - p), 1 / (2 - p))), 2);
}
