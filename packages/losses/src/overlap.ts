import * as tf from '@tensorflow/tfjs-core';
import type { Config, Loss, OutputScale } from '@espalier/core';
import { option } from '@espalier/core';
import { ANSWERS, checkOutputScale, checkSameShape, checkTargetValues } from '@espalier/core/internal';
import { SCALES } from './probabilities.js';

/** Options of losses that compare regions. */
export interface OverlapOptions {
  /** What the model gives: `logits` or `probabilities`. Default `logits`. */
  readonly from?: OutputScale;
  /** What makes probabilities of logits: `sigmoid` of each, or `softmax` over the last axis. Default `sigmoid`. */
  readonly activation?: 'sigmoid' | 'softmax';
  /** Whether the last axis's classes are compared each for itself and averaged, so that small ones count alike. Default false. */
  readonly perClass?: boolean;
  /** What is added above and below the fraction, so that two empty regions agree; > 0. Default 1e-7. */
  readonly smooth?: number;
}

/** The rules of {@link OverlapOptions}. */
export const OVERLAP_RULES = {
  from: option.oneOf(SCALES, { default: 'logits' }),
  activation: option.oneOf(['sigmoid', 'softmax'], { default: 'sigmoid' }),
  perClass: option.boolean({ default: false }),
  smooth: option.number({ min: 0, exclusiveMin: true, default: 1e-7 }),
};

interface Settings {
  readonly name: string;
  readonly config: Config;
  /** What weighs false positives and false negatives. */
  readonly alpha: number;
  readonly beta: number;
  readonly from: OutputScale;
  readonly activation: 'sigmoid' | 'softmax';
  readonly perClass: boolean;
  readonly smooth: number;
}

/**
 * The loss `1 - (I + s) / (I + alpha FP + beta FN + s)`, with `I = sum p t`, `FP = sum p - I`, `FN = sum t - I` over the
 * positions of an example.
 */
export function overlapLoss({
  name,
  config,
  alpha,
  beta,
  from,
  activation,
  perClass,
  smooth,
}: Settings): Loss {
  const scope = config.kind;
  /** Intersection and denominator, `[N, 1, C]`. */
  const fraction = (p: tf.Tensor, t: tf.Tensor) => {
    const overlap = tf.sum(tf.mul(p, t), 1, true);
    const falsePositive = tf.sub(tf.sum(p, 1, true), overlap);
    const falseNegative = tf.sub(tf.sum(t, 1, true), overlap);
    const errors = tf.add(tf.mul(falsePositive, alpha), tf.mul(falseNegative, beta));
    const top = tf.add(overlap, smooth);
    return { top, bottom: tf.add(top, errors) };
  };
  return {
    name,
    config,
    targetKind: 'binary',
    checkOutput: (output) => checkOutputScale(scope, output, from),
    perExample(outputs, targets) {
      checkSameShape(scope, outputs.shape, targets.shape);
      const examples = outputs.shape[0]!;
      const logits = from === 'logits';
      const p = logits ? (activation === 'softmax' ? tf.softmax(outputs) : tf.sigmoid(outputs)) : outputs;
      const classes = perClass && outputs.rank > 1 ? outputs.shape.at(-1)! : 1;
      const shape = [examples, outputs.size / Math.max(examples * classes, 1), classes];
      const t = tf.reshape(tf.cast(targets, 'float32'), shape);
      const op = tf.customGrad((given, save) => {
        (save as tf.GradSaveFunc)([given as tf.Tensor, t]);
        const { top, bottom } = fraction(given as tf.Tensor, t);
        return {
          value: tf.sub(1, tf.mean(tf.div(top, bottom), [1, 2])),
          gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
            const [own, wanted] = saved as [tf.Tensor, tf.Tensor];
            const { top, bottom } = fraction(own, wanted);
            // The bottom's derivative: t + alpha (1 - t) - beta t.
            const growth = tf.add(tf.mul(wanted, 1 - alpha - beta), alpha);
            const slope = tf.sub(tf.mul(tf.div(top, bottom), growth), wanted);
            const scaled = tf.mul(tf.div(slope, bottom), 1 / classes);
            return tf.mul(scaled, tf.reshape(dy, [-1, 1, 1]));
          },
        };
      });
      return op(tf.reshape(p, shape)) as tf.Tensor1D;
    },
    checkTargets(targets, outputShape) {
      if (outputShape.length > 1) checkSameShape(scope, outputShape, [null, ...targets.shape.slice(1)]);
      checkTargetValues(scope, targets, ANSWERS);
    },
  };
}
