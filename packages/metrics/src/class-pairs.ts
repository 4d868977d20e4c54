import * as tf from '@tensorflow/tfjs-core';
import type { MetricBatch } from '@espalier/core';
import { failData, formatShape } from './shapes.js';

/** Predicted and true class of each example, `[N]` int32. */
export interface ClassPairs {
  readonly predicted: tf.Tensor1D;
  readonly actual: tf.Tensor1D;
}

/**
 * Classes from logits `[N, C]` (the first of equal maxima) and labels `[N]` int32 or rows `[N, C]`; one logit `[N, 1]`
 * or `[N]` is binary: class 1 above 0, against labels above 0.5.
 */
export function classPairs(scope: string, { outputs, targets }: MetricBatch): ClassPairs {
  const examples = outputs.shape[0]!;
  if (targets.shape[0] === examples && isSingle(outputs)) {
    if (!isSingle(targets)) failLabels(scope, outputs, targets, `[${examples}] or [${examples}, 1]`);
    return { predicted: above(outputs, 0), actual: above(tf.cast(targets, 'float32'), 0.5) };
  }
  if (outputs.rank !== 2)
    failData(scope, `outputs must be logits [N, C], got ${formatShape(outputs.shape)}.`);
  return { predicted: tf.argMax(outputs, 1), actual: actualClass(scope, outputs, targets) };
}

/** The true class of each example of a problem with C >= 2 classes. */
function actualClass(scope: string, outputs: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  if (targets.shape[0] === outputs.shape[0]) {
    if (targets.rank === 1 && targets.dtype === 'int32') return targets as tf.Tensor1D;
    if (targets.rank === 2 && targets.shape[1] === outputs.shape[1])
      return tf.argMax<tf.Tensor1D>(targets, 1);
  }
  failLabels(scope, outputs, targets, `[${outputs.shape[0]}] int32 or ${formatShape(outputs.shape)}`);
}

/** Labels as rows `[N, C]` float32, one-hot where they are integers. */
export function labelRows(scope: string, { outputs, targets }: MetricBatch): tf.Tensor2D {
  if (outputs.rank !== 2 || outputs.shape[1]! < 2) {
    failData(scope, `outputs must be logits [N, C] with C >= 2, got ${formatShape(outputs.shape)}.`);
  }
  return oneHot(actualClass(scope, outputs, targets), outputs.shape[1]!);
}

/** `[N, classes]` float32. */
export function oneHot(labels: tf.Tensor1D, classes: number): tf.Tensor2D {
  // Asked for float32, tf.oneHot writes integers into the tensor on the wasm backend.
  return tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D;
}

function isSingle({ rank, shape }: tf.Tensor): boolean {
  return rank === 1 || (rank === 2 && shape[1] === 1);
}

function above(values: tf.Tensor, threshold: number): tf.Tensor1D {
  return tf.cast(tf.greater(tf.reshape(values, [-1]), threshold), 'int32') as tf.Tensor1D;
}

function failLabels(scope: string, outputs: tf.Tensor, targets: tf.Tensor, wanted: string): never {
  failData(
    scope,
    `for outputs ${formatShape(outputs.shape)} the labels must be ${wanted}, ` +
      `got ${formatShape(targets.shape)} ${targets.dtype}.`,
  );
}
