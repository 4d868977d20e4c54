import type { Metric } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { failData, formatShape } from '@espalier/core/internal';
import type { ClassReading } from './class-pairs.js';
import { classChecks, isSingle, READING_RULES } from './class-pairs.js';
import { marginsOf, matrixOf, matrixSums } from './matrix-sums.js';

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions<Name extends string = 'confusionMatrix'> extends ClassReading {
  /** Number of classes C >= 2. */
  readonly classes: number;
  /** What counts are divided by: those of the true class, of the predicted one, or all. Default: nothing. */
  readonly normalize?: 'true' | 'predicted' | 'all';
  /** What it is called in results. Default `confusionMatrix`. */
  readonly name?: Name;
}

/**
 * How often each class was taken for which: entry `[i][j]` is the (weighted) number of examples of class i that were
 * predicted as class j. Exact counts without weights.
 *
 * ```text
 * M = onehot(actual)^T diag(w) onehot(predicted)
 * ```
 *
 * Outputs `[N, ..., C]` logits, targets `[N, ...]` int32 or `[N, ..., C]` one-hot; outputs `[N, 1]` are binary logits with C = 2.
 *
 * @param options.classes C >= 2.
 * @param options.normalize `true`, `predicted` or `all`; 0 where there is nothing to divide by. Default: counts.
 * @param options.from Default `logits`.
 * @param options.threshold Of a single output, 0 < t < 1. Default 0.5.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `confusionMatrix`.
 * @returns A {@link Metric} with value `number[][]`, `[C][C]`, rows true, columns predicted.
 * @throws EspalierError `invalid-option` for a bad number of classes; `sums` throws `invalid-data` for outputs of another
 *   width, `result` where labels were outside 0 .. C - 1 or
 *   outputs NaN.
 * @example
 * ```ts
 * const metrics = [confusionMatrix({ classes: 10 })] as const;
 * const values = await new Trainer({ model, loss, optimizer, metrics }).evaluate(test);
 * console.log(values.confusionMatrix[0]);
 * ```
 * Source: as scikit-learn `confusion_matrix`, torchmetrics `MulticlassConfusionMatrix`.
 */
export function confusionMatrix<const Name extends string = 'confusionMatrix'>(
  options: ConfusionMatrixOptions<Name>,
): Metric<NoInfer<Name>, number[][]> {
  const { values, config } = readOptions('confusion-matrix', options, {
    classes: option.integer({ min: 2 }),
    ...READING_RULES,
    normalize: option.oneOf(['true', 'predicted', 'all'], { optional: true }),
    name: option.text({ default: 'confusionMatrix' }),
  });
  const { classes } = values;
  return {
    name: values.name as Name,
    config,
    isList: true,
    ...classChecks('confusion-matrix', values),
    sums(batch) {
      const { shape } = batch.outputs;
      const width = isSingle(shape) ? 1 : shape.at(-1)!;
      if (width !== classes && !(width === 1 && classes === 2)) {
        failData(
          'confusion-matrix',
          `outputs are ${formatShape(shape)}, but \`classes\` is ${classes}; give the model's number of outputs.`,
        );
      }
      return matrixSums('confusion-matrix', batch, values);
    },
    result: (totals) => normalized(matrixOf('confusion-matrix', totals), values.normalize),
  };
}

function normalized(matrix: number[][], by: ConfusionMatrixOptions['normalize']): number[][] {
  if (by === undefined) return matrix;
  const { actual, predicted, total } = marginsOf(matrix);
  const whole = (i: number, j: number): number =>
    by === 'all' ? total : by === 'true' ? actual[i]! : predicted[j]!;
  return matrix.map((row, i) => row.map((count, j) => (count === 0 ? 0 : count / whole(i, j))));
}

/**
 * Share of each class that was predicted right (its recall), from 0 to 1; NaN for a class without examples.
 *
 * @param matrix `[C][C]`, rows true, columns predicted, as {@link confusionMatrix} gives.
 * @throws EspalierError `invalid-option` for anything else.
 * @example
 * ```ts
 * perClassAccuracy([[9, 1], [2, 2]]); // [0.9, 0.5]
 * ```
 */
export function perClassAccuracy(matrix: readonly (readonly number[])[]): number[] {
  if (!Array.isArray(matrix) || !matrix.every((row) => Array.isArray(row) && row.length === matrix.length)) {
    checkOptions('per-class-accuracy').fail('matrix', 'a square matrix, as confusionMatrix() gives', matrix);
  }
  return matrix.map((row, i) => row[i]! / row.reduce((sum, count) => sum + count, 0));
}
