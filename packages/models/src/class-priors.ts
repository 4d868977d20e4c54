import { checkOptions } from '@espalier/core';
import { log } from '@espalier/core/internal';

/**
 * The output biases with which a classifier starts at the shares of its classes, so that the first steps need not learn them.
 *
 * ```text
 * b_k = log(n_k / N)
 * ```
 *
 * @param counts Examples of each class, each at least 1.
 * @returns A value for `outputBias` of `mlp` and `cnn`.
 * @throws EspalierError `invalid-option` for fewer than two classes, or a count below 1.
 * @example
 * ```ts
 * mlp({ inputs: 4, hidden: [8], outputs: 3, outputBias: classPriors([90, 9, 1]) });
 * ```
 */
export function classPriors(counts: readonly number[]): number[] {
  const check = checkOptions('class-priors');
  if (!Array.isArray(counts) || counts.length < 2) check.fail('counts', 'a list of at least two', counts);
  counts.forEach((count, i) => check.number(`counts[${i}]`, count, { min: 1 }));
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => log(count / all));
}
