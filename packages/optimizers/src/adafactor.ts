import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { pow } from '@espalier/core/internal';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link adafactor}. `learningRate` is 0.01 by default. */
export interface AdafactorOptions extends CommonOptions {
  /** Power of the step at which a new square counts: the decay of their mean is 1 - t^betaDecay. < 0. Default -0.8. */
  readonly betaDecay?: number;
  /** Smallest root of a mean of squares, >= 0. Default 2^-23, as PyTorch in float32; Keras has about 1e-15. */
  readonly epsilon1?: number;
  /** Smallest size of a parameter that steps are measured by, >= 0. Default 1e-3. */
  readonly epsilon2?: number;
  /** Largest root mean square of a direction, > 0. Default 1. */
  readonly clipThreshold?: number;
}

/**
 * Adafactor: Adam without momentum whose mean of squares is kept as one number for each row and each column of a matrix, so that
 * its slots are small.
 *
 * ```text
 * b = t^betaDecay
 * r = (1 - b) * r + b * mean of g^2 along columns,  c = (1 - b) * c + b * mean of g^2 along rows   (rank 2 and higher)
 * v = r c / max(mean of r, epsilon1)                v = (1 - b) * v + b * g^2                       (vectors, scalars)
 * u = g / sqrt(max(v, epsilon1^2))
 * step = max(epsilon2, rms(p)) * min(learningRate, 1 / sqrt(t)) * u / max(1, rms(u) / clipThreshold)
 * p = p - step - learningRate * weightDecay * p
 * ```
 *
 * Slots: `row/<parameter>` and `column/<parameter>` over the last two axes, or `v/<parameter>`. Kernels per parameter: 32, most
 * of them on small tensors. Semantics are `torch.optim.Adafactor`'s, for kernels of TensorFlow.js, whose last axes are inputs and
 * outputs. A NaN makes its whole parameter NaN.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = adafactor({ learningRate: 0.01 });
 * ```
 * @see Shazeer and Stern, Adafactor: adaptive learning rates with sublinear memory cost, 2018, algorithm 5.
 */
export function adafactor(options: AdafactorOptions = {}): Optimizer {
  const read = readOptions('adafactor', options, {
    ...commonRules({ learningRate: 0.01 }),
    betaDecay: option.number({ max: 0, exclusiveMax: true, default: -0.8 }),
    epsilon1: option.number({ min: 0, default: 2 ** -23 }),
    epsilon2: option.number({ min: 0, default: 1e-3 }),
    clipThreshold: option.number({ min: 0, exclusiveMin: true, default: 1 }),
  });
  const { betaDecay, epsilon1, epsilon2, clipThreshold } = read.values;
  const direction = eachParameter({
    name: 'scale-by-factored-rms',
    config: read.config,
    scalars: {
      newShare: ({ step }) => pow(step + 1, betaDecay),
      relativeRate: ({ step }) => 1 / Math.sqrt(step + 1),
    },
    slots: {
      row: ({ shape }) => tf.zeros([...shape.slice(0, -1), 1]),
      column: ({ shape }) => tf.zeros([...shape.slice(0, -2), 1, shape.at(-1)!]),
      v: tf.zerosLike,
    },
    hasSlot: (slot, { rank }) => (slot === 'v' ? rank < 2 : rank >= 2),
    rule(update, { parameter, slots, step }) {
      const g = valueOf(update, step);
      const squares = tf.square(g);
      const follow = (slot: string, next: Tensor): Tensor =>
        tf.add(slots[slot]!, tf.mul(tf.sub(next, slots[slot]!), step.scalar('newShare')));
      let next: Record<string, Tensor>;
      let v: Tensor;
      if (parameter.rank < 2) {
        v = follow('v', squares);
        next = { v };
      } else {
        const row = follow('row', tf.mean(squares, -1, true));
        const column = follow('column', tf.mean(squares, -2, true));
        const mean = tf.maximum(tf.mean(row, -2, true), step.constant(epsilon1));
        v = tf.mul(tf.div(row, mean), column);
        next = { row, column };
      }
      const u = tf.div(g, tf.sqrt(tf.maximum(v, step.constant(epsilon1 * epsilon1))));
      const size = tf.maximum(rms(parameter), step.constant(epsilon2)) as Scalar;
      const clipped = tf.maximum(tf.div(rms(u), step.constant(clipThreshold)), step.constant(1));
      // Times the learning rate, which comes last, this is the smaller of the two rates, also where the rate is 0.
      const share = tf.minimum(
        tf.div(step.scalar('relativeRate'), step.scalar('learningRate')),
        step.constant(1),
      );
      return {
        update: updateOf(u, tf.div(tf.mul(size, share), clipped) as Scalar),
        slots: next,
      };
    },
  });
  return commonOptimizer('adafactor', read, { direction: [direction] });
}

function rms(x: Tensor): Tensor {
  return tf.sqrt(tf.mean(tf.square(x)));
}
