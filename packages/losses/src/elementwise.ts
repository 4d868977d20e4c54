import * as tf from '@tensorflow/tfjs-core';
import type { HostArray, Loss } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import { exampleOf, failData, formatShape, shapesMatch } from './shapes.js';

/** A loss that is the mean over the elements of an example of a function of output and target. */
interface ElementwiseLoss {
  readonly name: string;
  readonly scope: string;
  /** `[N, D]` from outputs and targets `[N, D]`. */
  value(output: tf.Tensor, target: tf.Tensor): tf.Tensor;
  /** Its derivative in the output, `[N, D]`. */
  slope(output: tf.Tensor, target: tf.Tensor): tf.Tensor;
  /** What a target may be, beside finite. */
  readonly allowed?: { readonly text: string; accepts(value: number): boolean };
  /** Whether targets `[N]` go with outputs `[N, 1]`, and the other way round. */
  readonly squeeze?: boolean;
}

/** Makes the {@link Loss}: shapes checked, never broadcast; the gradient written out, in few kernels. */
export function elementwiseLoss({
  name,
  scope,
  value,
  slope,
  allowed,
  squeeze = false,
}: ElementwiseLoss): Loss {
  const check = (outputs: readonly (number | null)[], targets: readonly (number | null)[]): void => {
    const trim = (shape: readonly (number | null)[]) =>
      squeeze && shape.length === 2 && shape[1] === 1 ? shape.slice(0, 1) : shape;
    if (!shapesMatch(trim(outputs), trim(targets))) {
      failData(
        scope,
        `outputs and targets must have the same shape (nothing is broadcast), got ${formatShape(outputs)} ` +
          `and ${formatShape(targets)}; reshape the targets.`,
      );
    }
  };
  return {
    name,
    perExample(outputs, targets) {
      check(outputs.shape, targets.shape);
      const examples = outputs.shape[0]!;
      const size = outputs.size / Math.max(examples, 1);
      const t = tf.reshape(targets.dtype === 'float32' ? targets : tf.cast(targets, 'float32'), [
        examples,
        size,
      ]);
      const op = tf.customGrad((o, save) => {
        (save as tf.GradSaveFunc)([o as tf.Tensor, t]);
        const values = value(o as tf.Tensor, t);
        return {
          value: size === 1 ? tf.reshape(values, [examples]) : tf.mean(values, 1),
          gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
            const scaled = size === 1 ? dy : tf.mul(dy, 1 / size);
            return tf.mul(slope(saved[0]!, saved[1]!), tf.reshape(scaled, [examples, 1]));
          },
        };
      });
      return op(tf.reshape(outputs, [examples, size])) as tf.Tensor1D;
    },
    checkTargets(targets, outputShape) {
      // A functional model may not say its output's shape.
      if (outputShape.length > 1) check(outputShape, [null, ...targets.shape.slice(1)]);
      checkValues(scope, targets, allowed);
    },
  };
}

function checkValues(scope: string, targets: HostArray, allowed: ElementwiseLoss['allowed']): void {
  const bad = toTensorData(targets).findIndex(
    (value) => !Number.isFinite(value) || (allowed !== undefined && !allowed.accepts(value)),
  );
  if (bad < 0) return;
  const value = toTensorData(targets)[bad];
  failData(
    scope,
    `a target of example ${exampleOf(targets, bad)} is ${value}; it must be ${allowed?.text ?? 'a finite number'}.`,
  );
}
