import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ClassReading } from './class-pairs.js';
import { classChecks, READING_RULES } from './class-pairs.js';
import { marginsOf, matrixOf, matrixSums } from './matrix-sums.js';

/** Options of {@link matthews}. */
export interface MatthewsOptions<Name extends string = 'matthews'> extends ClassReading {
  /** What it is called in logs. Default `matthews`. */
  readonly name?: Name;
}

/**
 * Matthews correlation coefficient of the true and the predicted classes: 1 is perfect, 0 as good as chance, -1 all wrong.
 *
 * ```text
 * mcc = (c s - sum_k p_k t_k) / sqrt((s^2 - sum_k p_k^2) (s^2 - sum_k t_k^2))
 * ```
 *
 * c: examples that are right, s: all, t_k and p_k: examples and predictions of class k. 0 where one class is all that is
 * predicted, or all that there is.
 *
 * @param options.threshold Of a single output, 0 < t < 1. Default 0.5.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `matthews`.
 * @returns A {@link Metric} of classes or of one yes-or-no question.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that do not fit, `result` for NaN outputs.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, metrics: [matthews()] });
 * ```
 * Source: Gorodkin, 2004; as scikit-learn `matthews_corrcoef`.
 */
export function matthews<const Name extends string = 'matthews'>(
  options: MatthewsOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('matthews', options, {
    ...READING_RULES,
    name: option.text({ default: 'matthews' }),
  });
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    ...classChecks('matthews', values),
    sums: (batch) => matrixSums('matthews', batch, values),
    result(totals) {
      const matrix = matrixOf('matthews', totals);
      const { actual, predicted, total } = marginsOf(matrix);
      const dot = (a: readonly number[], b: readonly number[]): number =>
        a.reduce((sum, x, i) => sum + x * b[i]!, 0);
      const right = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
      const spread = (total * total - dot(predicted, predicted)) * (total * total - dot(actual, actual));
      return spread <= 0 ? 0 : (right * total - dot(actual, predicted)) / Math.sqrt(spread);
    },
  };
}
