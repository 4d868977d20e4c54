import * as tf from '@tensorflow/tfjs-core';
import type { Config, Loss } from '@espalier/core';
import { type AllowedValues, checkSameShape, checkTargetValues, FINITE } from '@espalier/core/internal';

/** A loss that is the mean over the elements of an example of a function of output and target. */
interface ElementwiseLoss {
  readonly name: string;
  readonly config: Config;
  readonly targetKind: NonNullable<Loss['targetKind']>;
  /** `[N, D]` from outputs and targets `[N, D]`. */
  value(output: tf.Tensor, target: tf.Tensor): tf.Tensor;
  /** Its derivative in the output, `[N, D]`. */
  slope(output: tf.Tensor, target: tf.Tensor): tf.Tensor;
  /** What a target may be. Default: finite. */
  readonly allowed?: AllowedValues;
  /** Whether targets `[N]` go with outputs `[N, 1]`, and the other way round. */
  readonly squeeze?: boolean;
  readonly checkOutput?: NonNullable<Loss['checkOutput']>;
}

/** Makes the {@link Loss}: shapes checked, never broadcast; the gradient written out, in few kernels. */
export function elementwiseLoss(parts: ElementwiseLoss): Loss {
  const { name, config, targetKind, value, slope, allowed = FINITE, squeeze = false, checkOutput } = parts;
  const scope = config.kind;
  return {
    name,
    config,
    targetKind,
    ...(checkOutput ? { checkOutput } : {}),
    perExample(outputs, targets) {
      checkSameShape(scope, outputs.shape, targets.shape, squeeze);
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
      if (outputShape.length > 1)
        checkSameShape(scope, outputShape, [null, ...targets.shape.slice(1)], squeeze);
      checkTargetValues(scope, targets, allowed);
    },
  };
}
