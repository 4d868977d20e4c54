import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, Scalars, StepPosition } from '@espalier/core';
import { EspalierError } from '@espalier/core';
import { scheduleValue } from '@espalier/core/internal';

/**
 * The scalars that an optimizer asks for in one step, for a loop of your own; the trainer has its own.
 *
 * @param at Where the loop stands: whole steps and epochs done, and steps in an epoch.
 * @param learningRate The rate of this step. Default: the optimizer's, from its schedule.
 * @returns What `update` takes as `scalars`. It makes tensors: call `update` inside `tf.tidy`.
 * @throws EspalierError `invalid-option` where a schedule gives no number, or a learning rate below 0; from the returned function for a name that the optimizer does not declare.
 * @example
 * ```ts
 * const scalars = stepScalars(optimizer, { step: 0, epoch: 0, stepsPerEpoch: 100 });
 * const next = optimizer.update(gradients, slots, parameters, scalars);
 * ```
 */
export function stepScalars(optimizer: Optimizer, at: StepPosition, learningRate?: number): Scalars {
  const { name: scope } = optimizer;
  const base = scheduleValue(optimizer.learningRate, at, scope, 'learningRate', { min: 0 });
  const rate = learningRate ?? base;
  const values: Record<string, number> = {
    learningRate: rate,
    learningRateFactor: base === 0 ? 1 : rate / base,
  };
  for (const [name, schedule] of Object.entries(optimizer.scalars ?? {}))
    values[name] = scheduleValue(schedule, at, scope, name);
  return (name) => {
    const value = values[name];
    if (value !== undefined) return tf.scalar(value);
    throw new EspalierError({
      code: 'invalid-option',
      scope: optimizer.name,
      message: `scalar '${name}' is not declared; there are: ${Object.keys(values).join(', ')}.`,
    });
  };
}
