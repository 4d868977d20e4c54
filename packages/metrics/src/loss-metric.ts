import type { Loss, Metric } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { meanOf, meanSums } from './weighted-mean.js';

/** Options of {@link lossMetric}. */
export interface LossMetricOptions<Name extends string> {
  /** What it is called in logs. */
  readonly name: Name;
}

/**
 * Any loss as a metric: its (weighted) mean over the examples, exact over the data set, beside the loss that is trained.
 *
 * ```text
 * value = sum_n w_n loss_n / sum_n w_n count_n
 * ```
 *
 * The counts are 1, but for a loss with class weights or ignored targets. So hinge, Kullback-Leibler, log-cosh, quantile (pinball), Tweedie deviance and cosine similarity are metrics, too.
 *
 * @param loss A loss of `@espalier/losses`, or one of your own.
 * @param options.name What it is called in logs.
 * @returns A {@link Metric} of the outputs and targets that the loss takes; 0 where all weights are 0.
 * @throws EspalierError `invalid-option` for a bad name, and for something that is no loss.
 * @example
 * ```ts
 * const metrics = [lossMetric(quantile({ quantiles: [0.9] }), { name: 'pinball90' })];
 * ```
 */
export function lossMetric<const Name extends string>(
  loss: Loss,
  options: LossMetricOptions<Name>,
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('loss-metric', options, { name: option.text() });
  const check = checkOptions('loss-metric');
  if (typeof (loss as Partial<Loss> | null)?.perExample !== 'function')
    check.fail('loss', 'a loss, e.g. hinge()', loss);
  return {
    name: values.name as Name,
    config: { ...config, loss: loss.name, ...(loss.config === undefined ? {} : { options: loss.config }) },
    better: 'lower',
    ...(loss.checkOutput && { checkOutput: (output) => loss.checkOutput!(output) }),
    ...(loss.checkTargets && { checkTargets: (targets, shape) => loss.checkTargets!(targets, shape) }),
    sums({ outputs, targets, weights }) {
      const { sum, weight } = meanSums(loss.perExample(outputs, targets), weights);
      const counts = loss.counts?.(outputs, targets);
      return { sum: sum!, weight: counts ? meanSums(counts, weights)['sum']! : weight! };
    },
    result: meanOf,
  };
}
