import { checkOptions, option, readOptions } from '@espalier/core';

/** Options of {@link mostConfused}. */
export interface MostConfusedOptions {
  /** At most so many pairs. Default 10. */
  readonly limit?: number;
  /** One for each class. Default: its number. */
  readonly classNames?: readonly string[];
  /** What counts: how many examples, or what share of the class. Default `count`. */
  readonly by?: 'count' | 'rate';
}

/** Examples of one class that were taken for another. */
export interface Confusion {
  readonly actual: string;
  readonly predicted: string;
  readonly count: number;
  /** Share of the examples of the actual class. */
  readonly rate: number;
}

/**
 * The pairs of classes that a model takes for each other most.
 *
 * @param matrix `matrix[actual][predicted]`, as the metric `confusionMatrix` gives it.
 * @param options.limit Default 10.
 * @param options.classNames Default: numbers.
 * @param options.by Default `count`.
 * @returns Only pairs that happened, the most frequent first.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const [worst] = mostConfused([[9, 1], [4, 6]], { classNames: ['cat', 'dog'] });
 * console.log(worst); // { actual: 'dog', predicted: 'cat', count: 4, rate: 0.4 }
 * ```
 */
export function mostConfused(
  matrix: readonly (readonly number[])[],
  options: MostConfusedOptions = {},
): Confusion[] {
  const { limit, classNames, by } = readOptions('most-confused', options, {
    limit: option.integer({ min: 1, default: 10 }),
    classNames: option.names({ optional: true }),
    by: option.oneOf(['count', 'rate'], { default: 'count' }),
  }).values;
  const check = checkOptions('most-confused');
  const square =
    Array.isArray(matrix) &&
    matrix.length > 0 &&
    matrix.every(
      (row) =>
        Array.isArray(row) && row.length === matrix.length && row.every((n) => Number.isFinite(n) && n >= 0),
    );
  if (!square) check.fail('matrix', 'a square of counts, matrix[actual][predicted]', matrix);
  if (classNames && classNames.length !== matrix.length)
    check.fail('classNames', `${matrix.length} names, one for each class`, classNames);
  const nameOf = (i: number): string => classNames?.[i] ?? String(i);
  return matrix
    .flatMap((row, actual) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      return row.map((count, predicted) => ({
        actual,
        predicted,
        count,
        rate: total === 0 ? 0 : count / total,
      }));
    })
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b[by] - a[by] || b.count - a.count || a.actual - b.actual)
    .slice(0, limit)
    .map((one) => ({ ...one, actual: nameOf(one.actual), predicted: nameOf(one.predicted) }));
}
