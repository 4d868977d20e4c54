import type { Scalar } from '@tensorflow/tfjs-core';
import type { Schedule } from '@espalier/core';
import type { TransformStep } from './gradient-transform.js';

/** A number that is fixed, or comes in as a scalar of the step. */
export interface StepNumber {
  /** What the transform has to declare for it. */
  readonly scalars: Readonly<Record<string, Schedule>>;
  /** Its value in this step, to multiply updates with. */
  factor(step: TransformStep): number | Scalar;
  /** Its value in this step as a tensor. */
  tensor(step: TransformStep): Scalar;
}

/** Makes an option that is a number or a schedule readable inside a step, as the scalar `name`. */
export function stepNumber(name: string, value: number | Schedule): StepNumber {
  if (typeof value === 'function') {
    const read = (step: TransformStep): Scalar => step.scalar(name);
    return { scalars: { [name]: value }, factor: read, tensor: read };
  }
  return { scalars: {}, factor: () => value, tensor: (step) => step.constant(value) };
}
