import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Schedule, StepPosition } from '@espalier/core';
import { option } from '@espalier/core';
import { pow } from '@espalier/core/internal';

/*
 * Running means are kept without their factor: M = m / (1 - beta) for m = beta * m + (1 - beta) * x. That saves a kernel, and the
 * factor goes into a number of the step.
 */

/** The next running mean without its factor, 2 kernels. */
export function runningSum(sum: Tensor, kept: Scalar, next: Tensor): Tensor {
  return tf.add(tf.mul(sum, kept), next);
}

/** What the correction of a running mean that began with 0 multiplies it with, and its factor: (1 - beta) / (1 - beta^t). */
export function corrected(beta: number, { step }: StepPosition): number {
  return (1 - beta) / (1 - pow(beta, step + 1));
}

/** r = sqrt((1 - beta2^t) / (1 - beta2)): a corrected root of V is sqrt(V) / r. */
export function rootScale(beta2: number, at: StepPosition): number {
  return 1 / Math.sqrt(corrected(beta2, at));
}

/** Which root epsilon is added to: the one that is corrected for having begun with 0, or the one that is not. */
export type EpsilonRoot = 'corrected' | 'uncorrected';

/** The scalars of a division of M by a root of V, both corrected: `stepScale * M / (sqrt(V) + scaledEpsilon)`. */
export function momentScalars(
  beta1: number,
  beta2: number,
  epsilon: number,
  root: EpsilonRoot = 'corrected',
): Record<string, Schedule> {
  return {
    stepScale: (at) => rootScale(beta2, at) * corrected(beta1, at),
    scaledEpsilon: (at) => epsilon * (root === 'corrected' ? rootScale(beta2, at) : 1 / Math.sqrt(1 - beta2)),
  };
}

/** Where epsilon stands: `sqrt(x) + epsilon`, or `sqrt(x + epsilon)`. */
export type EpsilonPlace = 'outside' | 'inside';

/** Rule of {@link EpsilonPlace}. */
export function epsilonPlaceRule() {
  return option.oneOf(['outside', 'inside'], { default: 'outside' as EpsilonPlace });
}

/** `sqrt(factor * sum)` with epsilon, divided by `sqrt(factor)`; 2 kernels. */
export function rootOf(
  sum: Tensor,
  epsilon: number,
  factor: number,
  place: EpsilonPlace,
  constant: (value: number) => Scalar,
): Tensor {
  return place === 'outside'
    ? tf.add(tf.sqrt(sum), constant(epsilon / Math.sqrt(factor)))
    : tf.sqrt(tf.add(sum, constant(epsilon / factor)));
}
