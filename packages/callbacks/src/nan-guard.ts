import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';

/** Options of {@link nanGuard}. */
export interface NanGuardOptions {
  /** Look after every so many steps, and at the end of each epoch. A whole number >= 1, default 50. */
  readonly everySteps?: number;
  /** `throw` ends the run with an error, `stop` ends it early. Default `throw`. */
  readonly action?: 'throw' | 'stop';
  /** Default `nan-guard`. */
  readonly name?: string;
}

/**
 * Ends a run whose loss has become NaN or infinite.
 *
 * It reads the loss over the epoch so far, which keeps the trace of every step: with `everySteps: 50` nothing is missed,
 * it is only seen up to 49 steps late. With 1, the step is named exactly.
 *
 * @returns A plugin without state. It costs one read of the running loss every `everySteps` steps.
 * @throws EspalierError `invalid-option`; during the run `execution-failed` with `action: 'throw'`.
 * @example
 * ```ts
 * const guard = nanGuard({ everySteps: 10, action: 'stop' });
 * ```
 */
export function nanGuard(options: NanGuardOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('nan-guard', options, {
    everySteps: option.integer({ min: 1, default: 50 }),
    action: option.oneOf(['throw', 'stop'], { default: 'throw' }),
    name: option.text({ default: 'nan-guard' }),
  });
  const { everySteps, action, name } = values;

  const guard = (run: Run, logs: EpochLogs): void => {
    const bad = ['loss', 'penalty'].find((metric) => metric in logs && !Number.isFinite(logs[metric]));
    if (bad === undefined) return;
    const what = `${bad} is ${logs[bad]} at step ${run.step} of epoch ${run.epoch}`;
    if (action === 'stop') {
      run.stop(what);
      return;
    }
    throw new EspalierError({
      code: 'execution-failed',
      scope: name,
      message: `${what}; lower the learning rate, clip the gradients, or look for infinite values in the data.`,
    });
  };

  return {
    name,
    config,
    async onStepEnd(run, logs) {
      if (run.step % everySteps === 0) guard(run, await logs.running());
    },
    onEpochEnd: (run, logs) => guard(run, logs),
  };
}
