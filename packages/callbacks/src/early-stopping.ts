import type { EpochLogs, HostArrays, Plugin, Run } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { improves, judgeAtRule, type JudgedAt, judging, type MonitorMode } from './monitor.js';
import {
  type Combine,
  compareValues,
  criteriaOf,
  type Criterion,
  eachRule,
  valueOfEach,
} from './several-monitors.js';

/** Options of {@link earlyStopping}. Where there are several monitors, a list gives each its own `mode`, `minDelta` and thresholds. */
export interface EarlyStoppingOptions<M extends string = string> {
  /** Name of the metric, e.g. `val_loss`, or several; left out where `score` is given. */
  readonly monitor?: M | readonly M[];
  /** A number to judge by, out of an epoch's (or validation's) logs, in place of `monitor`; higher is better unless `mode` is `min`. */
  readonly score?: (logs: EpochLogs) => number;
  /**
   * What several monitors must do for an epoch to be better: `any` one gets better than it ever was; `all` are better than at the
   * best epoch; `ranked`, the first that differs by more than its `minDelta` decides. Default `any`.
   */
  readonly combine?: Combine;
  /** An improvement must be larger than this, in units of the metric, or than this times |best|. At least 0, default 0. */
  readonly minDelta?: number | readonly number[];
  /** Default `absolute`. */
  readonly thresholdMode?: 'absolute' | 'relative';
  /** Improvements smaller than `minDelta` add up until they are larger; false: each value is compared with the last better one. Default true. */
  readonly cumulative?: boolean;
  /** Epochs (or validations) without improvement after which to stop. A whole number >= 0, default 0; 0 and 1 are the same. */
  readonly patience?: number;
  /** Default `auto`: as the metric says. */
  readonly mode?: MonitorMode | readonly MonitorMode[];
  /** Patience starts again only at improvements that are also better than this. */
  readonly baseline?: number | readonly number[];
  /** Epochs before this one, counted from 0, are ignored. Default 0. */
  readonly startFromEpoch?: number;
  /** Judge at the end of each epoch, or after each validation. Default `epoch`. */
  readonly judgeAt?: JudgedAt;
  /** End with the weights of the best epoch. Default false. */
  readonly restoreBest?: boolean;
  /** Stop at once when the metric is better than this; of several, each than its own. */
  readonly stoppingThreshold?: number | readonly number[];
  /** Stop at once when the metric is worse than this; of several, any than its own. */
  readonly divergenceThreshold?: number | readonly number[];
  /** Stop at once when the metric is NaN or infinite. Default true. */
  readonly checkFinite?: boolean;
  /** Default `early-stopping`. */
  readonly name?: string;
}

interface State {
  readonly best: readonly (number | null)[];
  readonly wait: number;
  /** Values judged so far. */
  readonly judged: number;
}

/**
 * Stops the run when a metric has stopped improving.
 *
 * At the end of each epoch: `wait += 1`; a value better than the best by more than `minDelta` becomes the best, and sets
 * `wait = 0` if it also beats the `baseline`; any other value stops the run when `wait >= patience` (never at the first).
 *
 * With `restoreBest` the weights of the best epoch are put back when the run ends, whether this plugin stopped it or
 * not; after an error they are left alone. Of several monitors with `combine: 'any'` that is the last epoch at which one got better.
 *
 * Source: Keras 3's `EarlyStopping`, with `stopping_threshold`, `divergence_threshold` and `check_finite` of PyTorch Lightning's
 * and `score_function` and `cumulative_delta` of Ignite's. Differences: values are compared in float64, not float32; a NaN is never
 * the best value (in Keras a NaN in the first epoch stays the best for good); the epoch that passes `stoppingThreshold` counts as
 * the best one, so `restoreBest` keeps it; a relative threshold is of |best|, so that a flat negative score is no improvement.
 *
 * @returns A plugin. It keeps a copy of the weights in plain memory when `restoreBest` is set, and nothing else.
 * @throws EspalierError `invalid-option` for bad options; when a run starts, for mode `auto` where the metric does not say
 *   which values are better.
 * @example
 * ```ts
 * const stopping = earlyStopping({ monitor: 'val_loss', patience: 5, restoreBest: true });
 * const both = earlyStopping({ monitor: ['val_loss', 'val_accuracy'], combine: 'all', minDelta: [0.01, 0], patience: 5 });
 * ```
 */
export function earlyStopping<const M extends string = never>(
  options: EarlyStoppingOptions<M>,
): Plugin<M, never> {
  const { values, config } = readOptions<EarlyStoppingOptions<M>, typeof RULES>(
    'early-stopping',
    options,
    RULES,
  );
  const {
    monitor,
    score,
    combine,
    patience,
    startFromEpoch,
    judgeAt,
    restoreBest,
    cumulative,
    checkFinite,
    name,
  } = values;
  if ((monitor === undefined) === (score === undefined))
    checkOptions('early-stopping').fail('monitor', 'the name of a metric, or a score in its place', monitor);
  const monitors = score ? ['score'] : ([monitor!].flat() as readonly string[]);
  const each = <T>(option: string, value: T | readonly T[]): readonly T[] =>
    valueOfEach('early-stopping', option, value, monitors.length);
  const modes = each('mode', score && values.mode === 'auto' ? 'max' : values.mode);
  const minDeltas = each('minDelta', values.minDelta);
  const baselines = each('baseline', values.baseline);
  const goals = each('stoppingThreshold', values.stoppingThreshold);
  const limits = each('divergenceThreshold', values.divergenceThreshold);

  let criteria: readonly Criterion[] = [];
  let state: State = START;
  let bestWeights: HostArrays | undefined;

  const judge = async (run: Run, now: readonly number[]): Promise<void> => {
    const wait = state.wait + 1;
    const before = monitors.map((_, i) => state.best[i] ?? undefined);
    const { improved, best } = compareValues(criteria, now, before, combine, cumulative);
    const moved = best.some((value, i) => value !== before[i]);
    if (restoreBest && (improved || moved || bestWeights === undefined))
      bestWeights = await run.getWeights('evaluated');
    const beats = (i: number, bound: number | undefined, margin = 0): boolean =>
      bound !== undefined && improves(now[i]!, bound, criteria[i]!.direction, margin);
    const restart =
      improved && baselines.every((line, i) => line === undefined || beats(i, line, minDeltas[i]));
    state = { best: best.map((value) => value ?? null), wait: restart ? 0 : wait, judged: state.judged + 1 };

    const bad = now.findIndex((value) => !Number.isFinite(value));
    const diverged = limits.findIndex(
      (limit, i) => limit !== undefined && improves(limit, now[i], criteria[i]!.direction),
    );
    const first = judgeAt === 'epoch' ? run.epoch === 0 : state.judged === 1;
    if (checkFinite && bad >= 0) {
      run.stop(`${monitors[bad]} is ${now[bad]}`);
    } else if (goals.every((goal, i) => beats(i, goal))) {
      run.stop(`${monitors.join(', ')} reached ${now.join(', ')}, better than ${goals.join(', ')}`);
    } else if (diverged >= 0) {
      run.stop(`${monitors[diverged]} is ${now[diverged]}, worse than ${limits[diverged]}`);
    } else if (!improved && wait >= patience && !first) {
      const unit = judgeAt === 'epoch' ? 'epochs' : 'validations';
      const shown = monitors.map((_, i) => state.best[i] ?? undefined).join(', ');
      run.stop(`${monitors.join(', ')} did not improve for ${wait} ${unit}; the best was ${shown}`);
    }
  };

  return {
    name,
    config,
    monitors: (score ? [] : monitors) as readonly M[],
    onFitStart(run, saved) {
      const relative = values.thresholdMode === 'relative';
      criteria = criteriaOf(name, run, monitors, { modes, minDeltas, relative });
      state = { ...START, ...(saved?.json as Partial<State> | undefined) };
      const { arrays = {} } = saved ?? {};
      bestWeights = Object.keys(arrays).length > 0 ? arrays : undefined;
    },
    ...judging('early-stopping', judgeAt, score ? [] : monitors, async (run, logs) => {
      const now = score ? [score(logs)] : monitors.map((one) => logs[one]);
      if (run.epoch < startFromEpoch || now.includes(undefined)) return;
      await judge(run, now as number[]);
    }),
    ...(restoreBest ? { finalWeights: () => bestWeights } : {}),
    onFitEnd() {
      bestWeights = undefined;
    },
    saveState: () => ({ json: state, ...(bestWeights ? { arrays: bestWeights } : {}) }),
  };
}

const START: State = { best: [], wait: 0, judged: 0 };

const isNumber = (value: unknown): boolean => Number.isFinite(value);
const bound = eachRule<number, undefined>('a number', isNumber, undefined);
const RULES = {
  monitor: option.custom<string | readonly string[], { readonly optional: true }>({
    expected: 'a string that is not empty, or a list of such',
    accepts: (value) => {
      const names: unknown[] = Array.isArray(value) ? value : [value];
      return (
        names.length > 0 &&
        names.every((one) => typeof one === 'string' && one !== '') &&
        new Set(names).size === names.length
      );
    },
    optional: true,
  }),
  score: option.custom<(logs: EpochLogs) => number, { readonly optional: true }>({
    expected: 'a function of the logs',
    accepts: (value) => typeof value === 'function',
    optional: true,
  }),
  combine: option.oneOf(['any', 'all', 'ranked'], { default: 'any' }),
  minDelta: eachRule<number, 0>('a number >= 0', (value) => isNumber(value) && (value as number) >= 0, 0),
  thresholdMode: option.oneOf(['absolute', 'relative'], { default: 'absolute' }),
  cumulative: option.boolean({ default: true }),
  patience: option.integer({ min: 0, default: 0 }),
  mode: eachRule<MonitorMode, 'auto'>(
    "one of 'auto', 'min', 'max'",
    (value) => ['auto', 'min', 'max'].includes(value as string),
    'auto',
  ),
  baseline: bound,
  startFromEpoch: option.integer({ min: 0, default: 0 }),
  judgeAt: judgeAtRule,
  restoreBest: option.boolean({ default: false }),
  stoppingThreshold: bound,
  divergenceThreshold: bound,
  checkFinite: option.boolean({ default: true }),
  name: option.text({ default: 'early-stopping' }),
};
