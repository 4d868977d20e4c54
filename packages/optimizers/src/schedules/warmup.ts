import type { Schedule, StepPosition } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { plainJson } from '@espalier/core/internal';
import { withConfig } from './with-config.js';

/** How long a warm-up takes: exactly one of the two. */
export interface WarmupLength {
  /** Whole steps, >= 0. */
  readonly steps?: number;
  /** Epochs, >= 0; parts of one are rounded up to whole steps. */
  readonly epochs?: number;
}

/**
 * Rises linearly to a schedule: during the first `steps` steps its value times `(t + 1) / steps`, then its value.
 *
 * The schedule runs from the first step, under the warm-up; to let it begin afterwards, use {@link sequence}. The first step is not wasted
 * on a rate of 0. As PyTorch's `LinearLR(start_factor=1 / steps, total_iters=steps - 1)` chained with the schedule; Keras's warm-up
 * begins at 0.
 *
 * @param schedule A schedule or a number.
 * @param length Whole steps, >= 0, or `{ epochs }`; 0 changes nothing. Where the steps of an epoch are not known, epochs rise in stairs.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = warmup(cosineDecay({ initialValue: 0.001, decaySteps: 10_000 }), 500);
 * const byEpochs = warmup(cosineDecay({ initialValue: 0.001, decayEpochs: 90 }), { epochs: 5 });
 * ```
 * @see Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2.
 */
export function warmup(schedule: number | Schedule, length: number | WarmupLength): Schedule {
  const check = checkOptions('warmup');
  if (typeof schedule !== 'function') check.number('schedule', schedule);
  if (typeof length !== 'object' || length === null) check.integer('steps', length, { min: 0 });
  const { values } = readOptions('warmup', typeof length === 'object' ? length : { steps: length }, {
    steps: option.integer({ min: 0, optional: true }),
    epochs: option.number({ min: 0, optional: true }),
  });
  const { steps, epochs } = values;
  if ((steps === undefined) === (epochs === undefined))
    check.fail('steps', 'given, or else epochs, and not both', steps);
  const config = {
    kind: 'warmup',
    schedule: plainJson(schedule),
    ...(steps === undefined ? { epochs: epochs! } : { steps }),
  };
  return withConfig(config, (at) => {
    const value = typeof schedule === 'function' ? schedule(at) : schedule;
    const { done, total } = steps === undefined ? inEpochs(at, epochs!) : { done: at.step, total: steps };
    return done < total ? (value * (done + 1)) / total : value;
  });
}

function inEpochs(at: StepPosition, epochs: number): { done: number; total: number } {
  if (!Number.isFinite(at.stepsPerEpoch)) return { done: at.epoch, total: Math.ceil(epochs) };
  return { done: at.step, total: Math.ceil(epochs * at.stepsPerEpoch - 1e-9) };
}
