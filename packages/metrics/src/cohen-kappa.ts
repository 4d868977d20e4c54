import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ClassReading } from './class-pairs.js';
import { classChecks, READING_RULES } from './class-pairs.js';
import { marginsOf, matrixOf, matrixSums } from './matrix-sums.js';

/** Options of {@link cohenKappa}. */
export interface CohenKappaOptions<Name extends string = 'cohenKappa'> extends ClassReading {
  /** How much a confusion of classes i and j weighs: 1, |i - j| or (i - j)^2. Default `none`, 1. */
  readonly weights?: 'none' | 'linear' | 'quadratic';
  /** What it is called in logs. Default `cohenKappa`. */
  readonly name?: Name;
}

/**
 * Cohen's kappa: the agreement of true and predicted classes beyond that of chance. 1 is perfect, 0 as good as chance.
 *
 * ```text
 * kappa = 1 - sum_ij d_ij M_ij / sum_ij d_ij E_ij,   E_ij = actual_i predicted_j / total
 * ```
 *
 * NaN where chance never errs: one class is all that there is and all that is predicted.
 *
 * @param options.weights d: `none` (1 off the diagonal), `linear`, or `quadratic` for classes that have an order. Default `none`.
 * @param options.threshold Of a single output, 0 < t < 1. Default 0.5.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `cohenKappa`.
 * @returns A {@link Metric} of classes or of one yes-or-no question.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that do not fit, `result` for NaN outputs.
 * @example
 * ```ts
 * cohenKappa({ weights: 'quadratic' }); // of grades
 * ```
 * Source: Cohen, 1960 and 1968; as scikit-learn `cohen_kappa_score`.
 */
export function cohenKappa<const Name extends string = 'cohenKappa'>(
  options: CohenKappaOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('cohen-kappa', options, {
    ...READING_RULES,
    weights: option.oneOf(['none', 'linear', 'quadratic'], { default: 'none' }),
    name: option.text({ default: 'cohenKappa' }),
  });
  const distance = (i: number, j: number): number => {
    if (values.weights === 'none') return i === j ? 0 : 1;
    return values.weights === 'linear' ? Math.abs(i - j) : (i - j) * (i - j);
  };
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    ...classChecks('cohen-kappa', values),
    sums: (batch) => matrixSums('cohen-kappa', batch, values),
    result(totals) {
      const matrix = matrixOf('cohen-kappa', totals);
      const { actual, predicted, total } = marginsOf(matrix);
      let [seen, expected] = [0, 0];
      matrix.forEach((row, i) =>
        row.forEach((count, j) => {
          seen += distance(i, j) * count;
          expected += (distance(i, j) * actual[i]! * predicted[j]!) / total;
        }),
      );
      return 1 - seen / expected;
    },
  };
}
