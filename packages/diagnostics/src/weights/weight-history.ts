import type { HostArrays, ParameterSelector, Plugin, PluginState, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { StatisticsOptions } from '../value-statistics.js';
import { STATISTICS_RULES } from '../value-statistics.js';
import type { WeightChange } from './weight-changes.js';
import { weightChanges } from './weight-changes.js';
import type { WeightStatistics } from './weight-statistics.js';
import { selected, weightStatistics } from './weight-statistics.js';

/** Options of {@link weightHistory}. */
export interface WeightHistoryOptions extends StatisticsOptions {
  /** Which parameters. Default `kernels`. */
  readonly parameters?: ParameterSelector;
  /** Default `weight-history`. */
  readonly name?: string;
}

/** The statistics of all parameters at one time. */
export interface WeightRecord {
  /** Epochs done: 0 before training. */
  readonly epoch: number;
  readonly statistics: readonly WeightStatistics[];
}

/** What {@link weightHistory} has seen. */
export interface WeightHistory {
  readonly records: readonly WeightRecord[];
  /** The weights before training against those of the last record. */
  readonly changes: readonly WeightChange[];
}

/** A plugin that has a {@link WeightHistory}. */
export interface WeightHistoryPlugin extends Plugin<never, never> {
  /** Of the present or last run. A plain record. */
  history(): WeightHistory;
}

/**
 * Records mean, deviation, norm, sparsity and histogram of each parameter before training and after every epoch, and how far the last
 * weights are from the first.
 *
 * Costs one copy of the weights an epoch, and the memory of one copy; nothing in the step.
 *
 * @param options.parameters Default `kernels`.
 * @param options.threshold |w| < threshold counts as near zero. Default 1e-4.
 * @param options.bins Default 30.
 * @param options.range Ends of all histograms, so that those of several epochs have the same bins. Default: each its own.
 * @param options.name Default `weight-history`.
 * @throws EspalierError `invalid-option`; at the start of the run for a selector that selects nothing.
 * @example
 * ```ts
 * const weights = weightHistory({ parameters: 'kernels' });
 * await new Trainer({ model, loss, optimizer, plugins: [weights] }).fit(train, { epochs: 20 });
 * const deviations = weights.history().records.map(({ statistics }) => statistics.map(({ deviation }) => deviation));
 * ```
 */
export function weightHistory(options: WeightHistoryOptions = {}): WeightHistoryPlugin {
  const { values, config } = readOptions('weight-history', options, {
    ...STATISTICS_RULES,
    parameters: option.parameters({ default: 'kernels' }),
    name: option.text({ default: 'weight-history' }),
  });
  const { name, parameters, threshold, bins, range } = values;
  let records: WeightRecord[] = [];
  let first: HostArrays = {};
  let last: HostArrays = {};

  const record = async (run: Run, epoch: number): Promise<void> => {
    last = await selectedWeights(run);
    const settings = { threshold, bins, ...(range && { range }), parameters: 'all' as const };
    records.push({ epoch, statistics: weightStatistics(last, settings) });
  };
  const selectedWeights = async (run: Run): Promise<HostArrays> => {
    const weights = await run.getWeights();
    return Object.fromEntries(selected(name, weights, parameters).map((one) => [one, weights[one]!]));
  };

  return {
    name,
    config,
    enforce: 'post',
    async onFitStart(run: Run, saved?: PluginState) {
      if (saved) {
        records = [...(saved.json as WeightRecord[])];
        first = saved.arrays ?? {};
        last = await selectedWeights(run);
        return;
      }
      records = [];
      await record(run, run.epoch);
      first = last;
    },
    onEpochEnd: (run: Run) => record(run, run.epoch + 1),
    saveState: () => ({ json: records, arrays: first }),
    history: () => ({
      records: [...records],
      changes: records.length === 0 ? [] : weightChanges(first, last),
    }),
  };
}
