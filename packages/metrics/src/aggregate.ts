import * as tf from '@tensorflow/tfjs-core';
import type { Direction, EvaluationMetric, Metric, MetricBatch } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { failData, formatShape } from '@espalier/core/internal';
import { meanOf, meanSums } from './weighted-mean.js';

/** How the numbers of the examples become one. */
export type Aggregation = 'mean' | 'sum' | 'min' | 'max';

/** Options of {@link aggregate}. */
export interface AggregateOptions<Name extends string, By extends Aggregation> {
  /** What it is called in logs. */
  readonly name: Name;
  /** A number for each example, `[N]`, inside the step: a pure function of tensors. */
  readonly value: (batch: MetricBatch) => tf.Tensor;
  /** `mean` (weighted), `sum` (weighted), `min` or `max` over the data set. Default `mean`. */
  readonly by?: By;
  /** Which values are better. Default `lower`. */
  readonly better?: Direction;
  /** Examples whose numbers `min` and `max` may keep. Default 1,000,000. */
  readonly maxExamples?: number;
}

/**
 * Mean, sum, least or largest of a number of each example, over the data set.
 *
 * ```text
 * mean: sum_n w_n v_n / sum_n w_n;   sum: sum_n w_n v_n;   min, max: over examples with w_n > 0
 * ```
 *
 * @param options.name What it is called in logs.
 * @param options.value Of a batch, `[N]` numbers.
 * @param options.by Default `mean`. `min` and `max` are measured at evaluations alone.
 * @param options.better Default `lower`.
 * @param options.maxExamples Kept by `min` and `max`, 8 bytes a number. Default 1,000,000.
 * @returns A {@link Metric}; the mean is 0 where all weights are 0, `min` and `max` are NaN.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for values that are not `[N]`.
 * @example
 * ```ts
 * aggregate({ name: 'worst', by: 'max', value: ({ outputs, targets }) => tf.max(tf.abs(tf.sub(outputs, targets)), 1) });
 * ```
 * Source: as torchmetrics `MeanMetric`, `SumMetric`, `MinMetric`, `MaxMetric`.
 */
export function aggregate<const Name extends string, const By extends Aggregation = 'mean'>(
  options: AggregateOptions<Name, By>,
): [By] extends ['mean' | 'sum'] ? Metric<NoInfer<Name>, number> : EvaluationMetric<NoInfer<Name>, number> {
  const { values, config } = readOptions('aggregate', options as AggregateOptions<Name, Aggregation>, {
    name: option.text(),
    value: option.custom<(batch: MetricBatch) => tf.Tensor>({
      expected: 'a function of a batch',
      accepts: (value) => typeof value === 'function',
    }),
    by: option.oneOf(['mean', 'sum', 'min', 'max'], { default: 'mean' }),
    better: option.oneOf(['lower', 'higher'], { default: 'lower' }),
    maxExamples: option.integer({ min: 1, default: 1_000_000 }),
  });
  const { by, maxExamples } = values;
  const numbers = (batch: MetricBatch): tf.Tensor => {
    const given = values.value(batch);
    if (given.rank !== 1 || given.shape[0] !== batch.outputs.shape[0]) {
      failData(
        'aggregate',
        `\`value\` must give [${batch.outputs.shape[0]}], a number for each example, got ${formatShape(given.shape)}.`,
      );
    }
    return tf.cast(given, 'float32');
  };
  const common = { name: values.name, config, better: values.better };
  const metric: Metric<string, number> =
    by === 'mean' || by === 'sum'
      ? {
          ...common,
          sums: (batch) => meanSums(numbers(batch), batch.weights),
          result: by === 'mean' ? meanOf : ({ sum }) => sum![0]!,
        }
      : {
          ...common,
          maxExamples,
          sums: () => ({}),
          rows: (batch) => {
            const all = numbers(batch);
            return { numbers: all, weights: batch.weights ?? tf.onesLike(all) };
          },
          result: ({ numbers: all, weights }) =>
            extremeOf(
              all!.filter((_, i) => weights![i]! > 0),
              by,
            ),
        };
  return metric as unknown as EvaluationMetric<Name, number>;
}

function extremeOf(numbers: Float64Array, by: 'min' | 'max'): number {
  if (numbers.length === 0) return NaN;
  return numbers.reduce((best, value) => (by === 'min' ? Math.min(best, value) : Math.max(best, value)));
}
