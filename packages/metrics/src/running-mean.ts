import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';

/** Options of {@link runningMean}. */
export interface RunningMeanOptions<Of extends string> {
  /** The number that is averaged, e.g. `val_loss`. */
  readonly of: Of;
  /** Over how many epochs, >= 1. Default 5. */
  readonly window?: number;
}

/**
 * A plugin that logs, at the end of each epoch, the mean of a number over the last epochs, as `running_<of>`: what early stopping may
 * monitor where the number itself jumps about.
 *
 * It runs before the plugins that stand beside it. Epochs without the number, or that a run resumed from had already, are taken from
 * the record.
 *
 * @param options.of A number of the epoch's logs.
 * @param options.window Epochs. Default 5; fewer at the start.
 * @throws EspalierError `invalid-option` for bad options; `unknown-metric` from `fit` for a number that the run does not have.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, plugins: [runningMean({ of: 'val_loss', window: 3 })] }); // logs running_val_loss
 * ```
 * Source: as torchmetrics `RunningMean`, over epochs.
 */
export function runningMean<const Of extends string>(
  options: RunningMeanOptions<Of>,
): Plugin<NoInfer<Of>, `running_${NoInfer<Of>}`> {
  const { values, config } = readOptions('running-mean', options, {
    of: option.text(),
    window: option.integer({ min: 1, default: 5 }),
  });
  const of = values.of as Of;
  const name = `running_${of}` as const;
  return {
    name,
    config,
    enforce: 'pre',
    monitors: [of],
    logs: [name],
    onEpochEnd(run, logs) {
      // The line of this epoch may not have its last numbers yet.
      const before = run.record.epochs.filter(({ epoch }) => epoch < run.epoch);
      const numbers = [...before, logs].map((line) => line[of]).filter((value) => value !== undefined);
      const last = numbers.slice(-values.window);
      run.log(name, last.reduce((sum, value) => sum + value, 0) / last.length);
    },
  };
}
