import type { Plugin, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import {
  improves,
  judgeAtRule,
  type JudgedAt,
  judging,
  type MonitorMode,
  modeRule,
  resolveMode,
} from './monitor.js';

/** Options of {@link reduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions<M extends string = string> {
  /** Name of the metric, e.g. `val_loss`. */
  readonly monitor: M;
  /** What the learning rate is multiplied with, 0 < factor < 1. Default 0.1. */
  readonly factor?: number;
  /** The rate is reduced at the end of so many epochs without improvement. A whole number >= 0, default 10; 0 is as 1. */
  readonly patience?: number;
  /** Default `auto`: as the metric says. */
  readonly mode?: MonitorMode;
  /** An improvement must be larger than this (absolute), or than this times |best| (relative). Default 1e-4. */
  readonly minDelta?: number;
  /** Default `absolute`. */
  readonly thresholdMode?: 'absolute' | 'relative';
  /** After a reduction epochs are not counted until the `cooldown`-th. A whole number >= 0, default 0; 0 is as 1. */
  readonly cooldown?: number;
  /** The rate is never reduced below this. At least 0, default 0. */
  readonly minLearningRate?: number;
  /** A reduction that would change the rate by no more than this is left out. At least 0, default 0. */
  readonly eps?: number;
  /** Judge at the end of each epoch, or after each validation, which `patience` and `cooldown` then count. Default `epoch`. */
  readonly judgeAt?: JudgedAt;
  /** Default `reduce-lr-on-plateau`. */
  readonly name?: string;
}

interface State {
  readonly best: number | undefined;
  readonly wait: number;
  readonly cooldownCounter: number;
  /** Product of all reductions so far. */
  readonly scale: number;
}

const START: State = { best: undefined, wait: 0, cooldownCounter: 0, scale: 1 };
/** A rate that is above the minimum by rounding alone is at the minimum. */
const ROUNDING = 1e-9;

/**
 * Multiplies the learning rate with a factor when a metric has stopped improving.
 *
 * At the end of each epoch, in this order: a cooldown counts down by 1; a value better than the best by
 * more than the threshold becomes the best and sets `wait = 0`; any other value, outside a cooldown, adds 1 to `wait`, and
 * at `wait >= patience` the rate becomes `max(rate * factor, minLearningRate)`, a cooldown begins and `wait = 0`.
 *
 * The threshold is `minDelta`, or `minDelta * |best|` with `thresholdMode: 'relative'`.
 *
 * The plugin asks for its factor by `run.scaleLearningRate`, so it goes together with schedules and other plugins;
 * `minLearningRate` bounds the rate that results, at the time of a reduction. Each reduction is noted in the run's record.
 *
 * Source: Keras 3's `ReduceLROnPlateau`, exactly, with two differences: float64 comparisons, and a NaN is never the best
 * value. PyTorch's `ReduceLROnPlateau(patience=p, cooldown=c)` counts one epoch longer: it is `patience: p + 1,
 * cooldown: c + 1` here, with `thresholdMode: 'relative'` (its default). There `best * (1 - threshold)` takes a flat
 * negative metric for an improvement; `|best|` here does not. `eps` is PyTorch's (there 1e-8 by default).
 *
 * @returns A plugin. It costs a few comparisons an epoch.
 * @throws EspalierError `invalid-option` for bad options; when a run starts, for mode `auto` where the metric does not say
 *   which values are better.
 * @example
 * ```ts
 * const reducing = reduceLROnPlateau({ monitor: 'val_loss', factor: 0.5, patience: 3, minLearningRate: 1e-5 });
 * ```
 */
export function reduceLROnPlateau<const M extends string>(
  options: ReduceLROnPlateauOptions<M>,
): Plugin<M, never> {
  const { values, config } = readOptions('reduce-lr-on-plateau', options, {
    monitor: option.text(),
    factor: option.number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.1 }),
    patience: option.integer({ min: 0, default: 10 }),
    mode: modeRule,
    minDelta: option.number({ min: 0, default: 1e-4 }),
    thresholdMode: option.oneOf(['absolute', 'relative'], { default: 'absolute' }),
    cooldown: option.integer({ min: 0, default: 0 }),
    minLearningRate: option.number({ min: 0, default: 0 }),
    eps: option.number({ min: 0, default: 0 }),
    judgeAt: judgeAtRule,
    name: option.text({ default: 'reduce-lr-on-plateau' }),
  });
  const { monitor, factor, patience, mode, minDelta, thresholdMode, cooldown, minLearningRate, name } =
    values;
  const { eps, judgeAt } = values;
  let direction: 'min' | 'max' = 'min';
  let state = START;

  /** The new scale, or the old one where the rate is at its minimum already, or would change too little. */
  const reduce = (run: Run): number => {
    const rate = run.learningRate;
    const target = Math.max(rate * factor, minLearningRate);
    if (!(target < rate * (1 - ROUNDING)) || !(rate - target > eps)) return state.scale;
    const scale = state.scale * (target / rate);
    run.scaleLearningRate(name, scale);
    run.note(name, `no better ${monitor} than ${state.best}: learning rate ${rate} -> ${target}`);
    return scale;
  };

  return {
    name,
    config,
    monitors: [monitor],
    onFitStart(run, saved) {
      direction = resolveMode(name, run, monitor, mode);
      state = { ...START, ...(saved?.json as Partial<State> | undefined) };
    },
    ...judging('reduce-lr-on-plateau', judgeAt, [monitor], (run, logs) => {
      const value = logs[monitor];
      if (value === undefined) return;
      const { wait } = state;
      const cooldownCounter = Math.max(0, state.cooldownCounter - 1);
      const margin = thresholdMode === 'absolute' ? minDelta : minDelta * Math.abs(state.best ?? 0);
      if (improves(value, state.best, direction, margin)) {
        state = { ...state, best: value, wait: 0, cooldownCounter };
      } else if (cooldownCounter > 0) {
        state = { ...state, cooldownCounter };
      } else if (wait + 1 < patience) {
        state = { ...state, wait: wait + 1, cooldownCounter };
      } else {
        const scale = reduce(run);
        const next =
          scale === state.scale
            ? { wait: wait + 1, cooldownCounter }
            : { wait: 0, cooldownCounter: cooldown };
        state = { best: state.best, scale, ...next };
      }
    }),
    saveState: () => ({ json: state }),
  };
}
