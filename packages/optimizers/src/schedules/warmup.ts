import type { Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { plainJson } from '@espalier/core/internal';
import { withConfig } from './with-config.js';

/**
 * Rises linearly to a schedule: during the first `steps` steps its value times `(t + 1) / steps`, then its value.
 *
 * The schedule runs from the first step, under the warm-up. The first step is not wasted on a rate of 0. As PyTorch's
 * `LinearLR(start_factor=1 / steps, total_iters=steps - 1)` chained with the schedule; Keras's warm-up begins at 0.
 *
 * @param schedule A schedule or a number.
 * @param steps Whole steps, >= 0; 0 changes nothing.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = warmup(cosineDecay({ initialValue: 0.001, decaySteps: 10_000 }), 500);
 * ```
 * @see Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2.
 */
export function warmup(schedule: number | Schedule, steps: number): Schedule {
  const check = checkOptions('warmup');
  if (typeof schedule !== 'function') check.number('schedule', schedule);
  check.integer('steps', steps, { min: 0 });
  return withConfig({ kind: 'warmup', schedule: plainJson(schedule), steps }, (at) => {
    const value = typeof schedule === 'function' ? schedule(at) : schedule;
    return at.step < steps ? (value * (at.step + 1)) / steps : value;
  });
}
