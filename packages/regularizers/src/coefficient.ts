import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Schedule, StepContext } from '@espalier/core';

/** A number >= 0 that is fixed, or varies by step. */
export interface Coefficient {
  /** True for the number 0: what it would multiply can be left out. */
  readonly isZero: boolean;
  /** What the plugin has to declare for it. */
  readonly scalars: Readonly<Record<string, Schedule>>;
  /** Its value in this step. */
  read(step: StepContext): Scalar;
}

/**
 * Makes an option that is a number or a schedule, checked already, readable inside the step.
 *
 * @param name The option's name, and the scalar's.
 * @param factor A constant to multiply it with, folded in outside the step.
 */
export function coefficient(name: string, value: number | Schedule, factor = 1): Coefficient {
  if (typeof value === 'function') {
    return {
      isZero: false,
      scalars: { [name]: (at) => value(at) * factor },
      read: (step) => step.scalar(name),
    };
  }
  return { isZero: value === 0, scalars: {}, read: () => tf.scalar(value * factor) };
}
