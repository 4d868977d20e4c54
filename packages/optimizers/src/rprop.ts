import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, StepPosition } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';
import { signOf } from './transforms/scale-by-sign.js';

/** Options of {@link rprop}. `learningRate` is 0.01 by default: the length of the first step. */
export interface RpropOptions extends Pick<CommonOptions, 'learningRate' | 'maximize'> {
  /** Factor of an element's step where its gradient has changed sign, 0 < shrink < 1. Default 0.5. */
  readonly shrink?: number;
  /** Factor of an element's step where its gradient has kept its sign, > 1. Default 1.2. */
  readonly grow?: number;
  /** Smallest step, > 0. Default 1e-6. */
  readonly minStep?: number;
  /** Largest step, >= `minStep`. Default 50. */
  readonly maxStep?: number;
}

/**
 * Rprop: each element has a step of its own, which grows while its gradient keeps its sign and shrinks where that changes. For
 * gradients of the whole data set; those of batches change signs by chance.
 *
 * ```text
 * s = clip(s * (grow where g * previous > 0, shrink where < 0, else 1), minStep, maxStep)
 * g = 0 where g * previous < 0
 * p = p - sign(g) * s
 * ```
 *
 * Slots: `previous/<parameter>`, the sign of the last gradient, and `scale/<parameter>`, the step in units of the learning rate:
 * changing the rate changes all steps. Kernels per parameter: 22. Semantics are `torch.optim.Rprop`'s at a constant rate.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = rprop({ learningRate: 0.01 });
 * ```
 * @see Riedmiller and Braun, A direct adaptive method for faster backpropagation learning: the RPROP algorithm, 1993.
 */
export function rprop(options: RpropOptions = {}): Optimizer {
  const { learningRate: rateRule, maximize: maximizeRule } = commonRules({ learningRate: 0.01 });
  const read = readOptions('rprop', options, {
    learningRate: rateRule,
    maximize: maximizeRule,
    shrink: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.5 }),
    grow: option.number({ min: 1, exclusiveMin: true, default: 1.2 }),
    minStep: option.number({ min: 0, exclusiveMin: true, default: 1e-6 }),
    maxStep: option.number({ min: 0, exclusiveMin: true, default: 50 }),
  });
  const { learningRate, shrink, grow, minStep, maxStep } = read.values;
  checkOptions('rprop').number('maxStep', maxStep, { min: minStep });
  // A rate of 0 stops all steps, whatever their scales.
  const inRates = (length: number) => (at: StepPosition) => {
    const rate = typeof learningRate === 'function' ? learningRate(at) : learningRate;
    return Math.min(length / rate, 1e30);
  };
  const direction = eachParameter({
    name: 'scale-by-rprop',
    config: read.config,
    scalars: { minScale: inRates(minStep), maxScale: inRates(maxStep) },
    slots: { previous: tf.zerosLike, scale: tf.onesLike },
    rule(update, { slots, step }) {
      const sign = signOf(valueOf(update, step));
      const same = tf.mul(sign, slots['previous']!);
      // Polynomials through the three values at -1, 0 and 1: of the factor, and of what is left of the gradient.
      const factor = through(same, shrink, grow, (value) => step.constant(value));
      const scale = tf.minimum(
        tf.maximum(tf.mul(slots['scale']!, factor), step.scalar('minScale')),
        step.scalar('maxScale'),
      );
      const previous = tf.mul(
        sign,
        through(same, 0, 1, (value) => step.constant(value)),
      );
      return { update: updateOf(tf.mul(previous, scale)), slots: { previous, scale } };
    },
  });
  return commonOptimizer(
    'rprop',
    { values: { ...read.values, l2: 0, weightDecay: 0, decayParameters: 'all' }, config: read.config },
    { direction: [direction] },
  );
}

/** The parabola with the values `below` at -1, 1 at 0, and `above` at 1. */
function through(
  x: tf.Tensor,
  below: number,
  above: number,
  constant: (value: number) => tf.Scalar,
): tf.Tensor {
  const slope = tf.add(tf.mul(x, constant((above + below) / 2 - 1)), constant((above - below) / 2));
  return tf.add(tf.mul(x, slope), constant(1));
}
