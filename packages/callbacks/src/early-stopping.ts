import type { HostArrays, Plugin, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { improves, type MonitorMode, modeRule, resolveMode } from './monitor.js';

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions<M extends string = string> {
  /** Name of the metric, e.g. `val_loss`. */
  readonly monitor: M;
  /** An improvement must be larger than this, in units of the metric. At least 0, default 0. */
  readonly minDelta?: number;
  /** Epochs without improvement after which to stop. A whole number >= 0, default 0; 0 and 1 are the same. */
  readonly patience?: number;
  /** Default `auto`: as the metric says. */
  readonly mode?: MonitorMode;
  /** Patience starts again only at improvements that are also better than this. */
  readonly baseline?: number;
  /** Epochs before this one, counted from 0, are ignored. Default 0. */
  readonly startFromEpoch?: number;
  /** End with the weights of the best epoch. Default false. */
  readonly restoreBest?: boolean;
  /** Stop at once when the metric is better than this. */
  readonly stoppingThreshold?: number;
  /** Stop at once when the metric is NaN or infinite. Default true. */
  readonly checkFinite?: boolean;
  /** Default `early-stopping`. */
  readonly name?: string;
}

interface State {
  readonly best: number | undefined;
  readonly wait: number;
}

/**
 * Stops the run when a metric has stopped improving.
 *
 * At the end of each epoch: `wait += 1`; a value better than the best by more than `minDelta` becomes the best, and sets
 * `wait = 0` if it also beats the `baseline`; any other value stops the run when `wait >= patience` (never at epoch 0).
 *
 * With `restoreBest` the weights of the best epoch are put back when the run ends, whether this plugin stopped it or
 * not; after an error they are left alone.
 *
 * Source: Keras 3's `EarlyStopping`, with `stoppingThreshold` and `checkFinite` of PyTorch Lightning's. Differences:
 * values are compared in float64, not float32; a NaN is never the best value (in Keras a NaN in the first epoch stays
 * the best for good); the epoch that passes `stoppingThreshold` counts as the best one, so `restoreBest` keeps it.
 *
 * @returns A plugin. It keeps a copy of the weights in plain memory when `restoreBest` is set, and nothing else.
 * @throws EspalierError `invalid-option` for bad options; when a run starts, for mode `auto` where the metric does not say
 *   which values are better.
 * @example
 * ```ts
 * const stopping = earlyStopping({ monitor: 'val_loss', patience: 5, restoreBest: true });
 * ```
 */
export function earlyStopping<const M extends string>(options: EarlyStoppingOptions<M>): Plugin<M, never> {
  const { values, config } = readOptions('early-stopping', options, {
    monitor: option.text(),
    minDelta: option.number({ min: 0, default: 0 }),
    patience: option.integer({ min: 0, default: 0 }),
    mode: modeRule,
    baseline: option.number({ optional: true }),
    startFromEpoch: option.integer({ min: 0, default: 0 }),
    restoreBest: option.boolean({ default: false }),
    stoppingThreshold: option.number({ optional: true }),
    checkFinite: option.boolean({ default: true }),
    name: option.text({ default: 'early-stopping' }),
  });
  const { monitor, minDelta, patience, mode, baseline, startFromEpoch, restoreBest } = values;
  const { stoppingThreshold, checkFinite, name } = values;
  let direction: 'min' | 'max' = 'min';
  let state: State = { best: undefined, wait: 0 };
  let bestWeights: HostArrays | undefined;

  const judge = async (run: Run, value: number): Promise<void> => {
    const wait = state.wait + 1;
    const improved = improves(value, state.best, direction, minDelta);
    if (restoreBest && (improved || bestWeights === undefined))
      bestWeights = await run.getWeights('evaluated');
    const restart = improved && (baseline === undefined || improves(value, baseline, direction, minDelta));
    state = { best: improved ? value : state.best, wait: restart ? 0 : wait };
    if (checkFinite && !Number.isFinite(value)) {
      run.stop(`${monitor} is ${value}`);
    } else if (stoppingThreshold !== undefined && improves(value, stoppingThreshold, direction)) {
      run.stop(`${monitor} reached ${value}, better than ${stoppingThreshold}`);
    } else if (!improved && wait >= patience && run.epoch > 0) {
      run.stop(`${monitor} did not improve for ${wait} epochs; the best was ${state.best}`);
    }
  };

  return {
    name,
    config,
    monitors: [monitor],
    onFitStart(run, saved) {
      direction = resolveMode(name, run, monitor, mode);
      const { best, wait = 0 } = (saved?.json ?? {}) as Partial<State>;
      state = { best, wait };
      const { arrays = {} } = saved ?? {};
      bestWeights = Object.keys(arrays).length > 0 ? arrays : undefined;
    },
    async onEpochEnd(run, logs) {
      const value = logs[monitor];
      if (value !== undefined && run.epoch >= startFromEpoch) await judge(run, value);
    },
    ...(restoreBest ? { finalWeights: () => bestWeights } : {}),
    onFitEnd() {
      bestWeights = undefined;
    },
    saveState: () => ({ json: state, ...(bestWeights ? { arrays: bestWeights } : {}) }),
  };
}
