import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { improves, type MonitorMode, modeRule, resolveMode } from './monitor.js';

/** Options of {@link bestValue}. */
export interface BestValueOptions<M extends string = string> {
  /** Name of the metric, e.g. `val_accuracy`. */
  readonly monitor: M;
  /** Default `auto`: as the metric says. */
  readonly mode?: MonitorMode;
  /** Default `best-<monitor>`. */
  readonly name?: string;
}

/** Logs that {@link bestValue} adds. */
export type BestValueLogs<M extends string> = `best_${M}` | `best_${M}_epoch`;

interface State {
  readonly value: number | null;
  readonly epoch: number;
}

/**
 * Adds the best value so far of a metric, and its epoch, to the logs of each epoch: `best_<metric>` and `best_<metric>_epoch`, from 0.
 *
 * An epoch without a value yet adds neither. NaN is never the best; of equal values the first is.
 *
 * Source: as torchmetrics' `MetricTracker.best_metric(return_step=True)`, while the run goes on.
 *
 * @returns A plugin. List it before those that show or write its numbers.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const best = bestValue({ monitor: 'val_loss' });
 * ```
 */
export function bestValue<const M extends string>(options: BestValueOptions<M>): Plugin<M, BestValueLogs<M>> {
  const { values, config } = readOptions<BestValueOptions, typeof RULES>('best-value', options, RULES);
  const { mode, name = `best-${values.monitor}` } = values;
  const monitor = values.monitor as M;
  let direction: 'min' | 'max' = 'min';
  let best: State = { value: null, epoch: 0 };
  return {
    name,
    config,
    monitors: [monitor],
    logs: [`best_${monitor}`, `best_${monitor}_epoch`],
    onFitStart(run, saved) {
      direction = resolveMode(name, run, monitor, mode);
      best = (saved?.json as State | undefined) ?? { value: null, epoch: 0 };
    },
    onEpochEnd(run: Run, logs: EpochLogs) {
      const value = logs[monitor];
      if (value !== undefined && improves(value, best.value ?? undefined, direction))
        best = { value, epoch: run.epoch };
      if (best.value === null) return;
      run.log(`best_${monitor}`, best.value);
      run.log(`best_${monitor}_epoch`, best.epoch);
    },
    saveState: () => ({ json: best }),
  };
}

const RULES = {
  monitor: option.text(),
  mode: modeRule,
  name: option.text({ optional: true }),
};
