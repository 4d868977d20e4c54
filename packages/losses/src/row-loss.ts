import * as tf from '@tensorflow/tfjs-core';
import type { Config, Loss } from '@espalier/core';

/** A loss that is the mean over the positions of an example of a function of a row: of what stands along the last axis. */
interface RowLoss {
  readonly name: string;
  readonly config: Config;
  readonly targetKind: NonNullable<Loss['targetKind']>;
  /**
   * The targets as `[M, K]` float32, M being the number of rows of the outputs `[N, ..., C]`.
   *
   * @throws EspalierError `invalid-data` where the shapes do not fit.
   */
  prepare(outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor;
  /** The rows of the outputs `[M, ...]`. Default: `[M, C]`, what stands along the last axis. */
  rows?(outputs: tf.Tensor): tf.Tensor;
  /** `[M]` from outputs `[M, C]` and targets `[M, K]`. */
  value(output: tf.Tensor, target: tf.Tensor): tf.Tensor;
  /** Its derivative in the output, `[M, C]`. */
  slope(output: tf.Tensor, target: tf.Tensor): tf.Tensor;
  /** How much each row counts in the mean, `[M]`, where that is not 1. */
  counts?(outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor;
  readonly checkTargets: NonNullable<Loss['checkTargets']>;
  readonly checkOutput?: NonNullable<Loss['checkOutput']> | undefined;
}

/** Outputs `[N, ..., C]` as rows `[M, C]`; one number for each example is a row of one. */
export function rowsOf(outputs: tf.Tensor): tf.Tensor {
  return outputs.rank === 2
    ? outputs
    : tf.reshape(outputs, [-1, outputs.rank === 1 ? 1 : outputs.shape.at(-1)!]);
}

/** The mean over the positions of each example, `[N]` from `[M]`. */
export function meanOfPositions(values: tf.Tensor, examples: number): tf.Tensor1D {
  if (values.size === examples) return tf.reshape(values, [examples]);
  return tf.mean<tf.Tensor1D>(tf.reshape(values, [examples, -1]), 1);
}

/** Makes the {@link Loss}: the gradient written out from outputs and targets alone, so that it may be differentiated again. */
export function rowLoss(parts: RowLoss): Loss {
  const { name, config, targetKind, prepare, rows = rowsOf, value, slope, counts } = parts;
  const { checkTargets, checkOutput } = parts;
  return {
    name,
    config,
    targetKind,
    checkTargets,
    ...(checkOutput ? { checkOutput } : {}),
    perExample(outputs, targets) {
      const t = prepare(outputs, targets);
      const op = tf.customGrad((o, save) => {
        (save as tf.GradSaveFunc)([o as tf.Tensor, t]);
        return {
          value: value(o as tf.Tensor, t),
          gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
            const inner = new Array<number>(saved[0]!.rank - 1).fill(1);
            return tf.mul(slope(saved[0]!, saved[1]!), tf.reshape(dy, [-1, ...inner]));
          },
        };
      });
      return meanOfPositions(op(rows(outputs)), outputs.shape[0]!);
    },
    ...(counts && {
      counts: (outputs: tf.Tensor, targets: tf.Tensor) =>
        meanOfPositions(counts(outputs, targets), outputs.shape[0]!),
    }),
  };
}
