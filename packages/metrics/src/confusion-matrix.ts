import * as tf from '@tensorflow/tfjs-core';
import type { Metric, OutputScale } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { failData, formatShape, oneHot } from '@espalier/core/internal';
import { classChecks, classPairs, SCALES } from './class-pairs.js';

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions<Name extends string = 'confusionMatrix'> {
  /** Number of classes C >= 2. */
  readonly classes: number;
  /** What a single output `[N, 1]` is: `logits`, class 1 above 0, or `probabilities`, class 1 above 0.5. Default `logits`. */
  readonly from?: OutputScale;
  /** What it is called in results. Default `confusionMatrix`. */
  readonly name?: Name;
}

/** How far a weighted count may be off by rounding, relative. */
const ROUNDING = 1e-3;

/**
 * How often each class was taken for which: entry `[i][j]` is the (weighted) number of examples of class i that were
 * predicted as class j. Exact counts without weights.
 *
 * ```text
 * M = onehot(actual)^T diag(w) onehot(predicted)
 * ```
 *
 * Outputs `[N, C]` logits, targets `[N]` int32 or `[N, C]` one-hot; outputs `[N, 1]` are binary logits with C = 2.
 *
 * @param options.classes C >= 2.
 * @param options.from Default `logits`.
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
    from: option.oneOf(SCALES, { default: 'logits' }),
    name: option.text({ default: 'confusionMatrix' }),
  });
  const { classes } = values;
  return {
    name: values.name,
    config,
    ...classChecks('confusion-matrix', values.from),
    sums(batch) {
      const { outputs, weights } = batch;
      const width = outputs.rank === 1 ? 1 : outputs.shape[1]!;
      if (width !== classes && !(width === 1 && classes === 2)) {
        failData(
          'confusion-matrix',
          `outputs are ${formatShape(outputs.shape)}, but \`classes\` is ${classes}; give the model's number of outputs.`,
        );
      }
      const { predicted, actual } = classPairs('confusion-matrix', batch, values.from);
      const rows = oneHot(actual, classes);
      const columns = oneHot(predicted, classes);
      const weighted = weights ? tf.mul(rows, tf.reshape(weights, [-1, 1])) : rows;
      return {
        matrix: tf.matMul(weighted, columns, true, false),
        weight: weights ? tf.sum(weights) : tf.scalar(outputs.shape[0]!),
      };
    },
    result(totals) {
      const counts = totals['matrix']!;
      const weight = totals['weight']![0]!;
      const sum = counts.reduce((total, count) => total + count, 0);
      if (Math.abs(sum - weight) > ROUNDING * Math.abs(weight)) {
        failData(
          'confusion-matrix',
          `only ${sum} of ${weight} (weighted) examples have labels from 0 to ${classes - 1} and outputs without NaN; ` +
            'correct the others.',
        );
      }
      return Array.from({ length: classes }, (_, row) => [
        ...counts.subarray(row * classes, (row + 1) * classes),
      ]);
    },
  };
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
