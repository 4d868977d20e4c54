import type { Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { eachParameter } from './each-parameter.js';
import { type GradientTransform, scaleUpdate } from './gradient-transform.js';
import { stepNumber } from './step-number.js';

/**
 * Multiplies updates by a number, or by a schedule's number of the step. -1 first in a chain maximises.
 *
 * Costs no kernel where what follows multiplies anyway.
 *
 * @throws EspalierError `invalid-option` for what is neither a finite number nor a schedule.
 * @example
 * ```ts
 * const upwards = chain(scale(-1), scaleByAdam(), scaleByLearningRate(0.001));
 * ```
 * @see `optax.scale`, `optax.scale_by_schedule`.
 */
export function scale(factor: number | Schedule): GradientTransform {
  const { values, config } = readOptions<{ factor: number | Schedule }, { factor: ReturnType<typeof rule> }>(
    'scale',
    { factor },
    { factor: rule() },
  );
  const number = stepNumber('factor', values.factor);
  return eachParameter({
    name: 'scale',
    config,
    scalars: number.scalars,
    rule: (update, { step }) => ({ update: scaleUpdate(update, number.factor(step)) }),
  });
}

function rule() {
  return option.schedule();
}
