import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { type CommonOptions, commonOptimizer, commonRules } from './common-options.js';
import { betaRule, epsilonRule } from './moment-rules.js';
import { eachParameter } from './transforms/each-parameter.js';
import { updateOf, valueOf } from './transforms/gradient-transform.js';

/** Options of {@link sm3}. `learningRate` is 0.1 by default. */
export interface Sm3Options extends CommonOptions {
  /** Decay of the mean of directions, 0 <= momentum < 1. Default 0.9. */
  readonly momentum?: number;
  /** Added to the sum of squares below the root, >= 0. Default 1e-8. */
  readonly epsilon?: number;
}

/** Axes of a tensor of TensorFlow.js, and the slots that they have. */
const AXES = [0, 1, 2, 3, 4, 5];
const slotOf = (axis: number): string => `axis${axis}`;
const axesOf = ({ rank }: Tensor): readonly number[] => AXES.slice(0, Math.max(1, rank));

/**
 * SM3: AdaGrad that keeps a number for each row, column, ... of a parameter in place of one for each weight.
 *
 * ```text
 * s = min over the axes i of a_i + g^2       a_i = max of s over all other axes
 * m = momentum * m + (1 - momentum) * g / sqrt(s + epsilon)
 * p = p - learningRate * m
 * ```
 *
 * Slots: `axis0/<parameter>`, `axis1/<parameter>`, ..., of the parameter's shape with 1 for the other axes, and `momentum/<parameter>`. A vector has
 * AdaGrad's sum. Kernels per parameter: 10 and 2 for each axis. As `optax.sm3`. A NaN makes its row, column, ... NaN.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const optimizer = sm3({ learningRate: 0.1 });
 * ```
 * @see Anil et al., Memory-efficient adaptive optimization, 2019, SM3-II.
 */
export function sm3(options: Sm3Options = {}): Optimizer {
  const read = readOptions('sm3', options, {
    ...commonRules({ learningRate: 0.1 }),
    momentum: betaRule(0.9),
    epsilon: epsilonRule(1e-8),
  });
  const { momentum, epsilon } = read.values;
  const narrow = (axis: number) => (parameter: Tensor) =>
    tf.zeros(parameter.shape.map((size, i) => (i === axis ? size : 1)));
  const direction = eachParameter({
    name: 'scale-by-sm3',
    config: read.config,
    slots: {
      ...Object.fromEntries(AXES.map((axis) => [slotOf(axis), narrow(axis)])),
      momentum: tf.zerosLike,
    },
    hasSlot: (slot, parameter) => slot === 'momentum' || axesOf(parameter).map(slotOf).includes(slot),
    rule(update, { parameter, slots, step }) {
      const g = valueOf(update, step);
      const axes = axesOf(parameter);
      const least = axes.map((axis) => slots[slotOf(axis)]!).reduce((a, b) => tf.minimum(a, b));
      const sum = tf.add(least, tf.square(g));
      const scaled = tf.mul(g, tf.rsqrt(tf.add(sum, step.constant(epsilon))));
      // With epsilon 0 this is 0 / 0 where no gradient has been; a NaN is not 0 and stays.
      const moved = tf.where(tf.equal(sum, step.constant(0)), tf.zerosLike(sum), scaled);
      const m = tf.add(
        tf.mul(slots['momentum']!, step.constant(momentum)),
        tf.mul(moved, step.constant(1 - momentum)),
      );
      const largest = axes.map((axis) => {
        const others = axes.filter((other) => other !== axis);
        return [slotOf(axis), others.length === 0 ? sum : tf.max(sum, others, true)] as const;
      });
      return { update: updateOf(m), slots: { ...Object.fromEntries(largest), momentum: m } };
    },
  });
  return commonOptimizer('sm3', read, { direction: [direction] });
}
