import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionChecker, Schedule, StepContext } from '@espalier/core';
import { checkOptions } from '@espalier/core';

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
 * Checks an option that is a number >= 0 or a schedule of such, and makes it readable inside the step.
 *
 * @param name The option's name, and the scalar's.
 * @param factor A constant to multiply it with, folded in outside the step.
 */
export function coefficient(scope: string, name: string, value: number | Schedule, factor = 1): Coefficient {
  const check = checkOptions(scope);
  if (typeof value === 'function') {
    const schedule = value;
    return {
      isZero: false,
      scalars: {
        [name]: (at) => {
          const now = schedule(at);
          check.number(`${name} at step ${at.step}`, now, { min: 0 });
          return now * factor;
        },
      },
      read: (step) => step.scalar(name),
    };
  }
  checkNumber(check, name, value);
  return { isZero: value === 0, scalars: {}, read: () => tf.scalar(value * factor) };
}

function checkNumber(check: OptionChecker, name: string, value: unknown): void {
  if (typeof value !== 'number') check.fail(name, 'a number >= 0 or a schedule', value);
  check.number(name, value, { min: 0 });
}
