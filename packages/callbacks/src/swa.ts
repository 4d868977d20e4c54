import type { HostArray, HostArrays, Plugin, Run } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { cosPi } from '@espalier/core/internal';

/** Options of {@link swa}. */
export interface SwaOptions {
  /** The first epoch whose weights join the average, from 0. A whole number >= 0. */
  readonly startEpoch: number;
  /** Average the weights of every so many epochs from there on. A whole number >= 1, default 1. */
  readonly everyEpochs?: number;
  /** The learning rate from `startEpoch` on, > 0; without it the rate stays what it is. */
  readonly learningRate?: number;
  /** Epochs in which the rate goes there, along half a cosine; 0 for at once. Default 10. */
  readonly annealEpochs?: number;
  /** Default `swa`. */
  readonly name?: string;
}

interface State {
  /** Epochs averaged so far. */
  readonly count: number;
  /** The rate that the epochs before `startEpoch` had come to. */
  readonly rateBefore: number | null;
}

/**
 * Ends the run with the plain average of the weights that it had at the ends of its last epochs (stochastic weight averaging).
 *
 * After epoch e, for e = `startEpoch`, `startEpoch + everyEpochs`, ...: `a = a + (w - a) / (n + 1)`, n counting what is in a. All weights
 * are averaged, moving statistics of batch normalisation too; those of the averaged weights themselves come of
 * {@link refreshBatchNorm}, which is to follow the run where the model has such layers.
 *
 * With `learningRate` the rate of epoch e is `s k + r (1 - k)`, where s is that rate, r what it was before, and
 * `k = (1 - cos(pi t)) / 2` with `t = min(1, (e - startEpoch) / annealEpochs)`. It is set when an epoch begins; a schedule that goes by
 * steps goes on within it.
 *
 * Source: P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018; as PyTorch's
 * `AveragedModel(use_buffers=True)` and `SWALR`.
 *
 * @returns A plugin. It costs a copy of the weights an epoch from `startEpoch` on, and keeps one in plain memory.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const averaging = swa({ startEpoch: 15, learningRate: 0.01, annealEpochs: 3 });
 * ```
 */
export function swa(options: SwaOptions): Plugin<never, never> {
  const { values, config } = readOptions('swa', options, {
    startEpoch: option.integer({ min: 0 }),
    everyEpochs: option.integer({ min: 1, default: 1 }),
    learningRate: option.number({ min: 0, exclusiveMin: true, optional: true }),
    annealEpochs: option.integer({ min: 0, default: 10 }),
    name: option.text({ default: 'swa' }),
  });
  const { startEpoch, everyEpochs, learningRate, annealEpochs, name } = values;
  let average: HostArrays | undefined;
  let count = 0;
  let rateBefore: number | undefined;
  let factor = 1;

  const setRate = (run: Run, target: number): void => {
    const others = run.learningRate / factor;
    rateBefore ??= others;
    const t = annealEpochs === 0 ? 1 : Math.min(1, (run.epoch - startEpoch) / annealEpochs);
    const share = (1 - cosPi(t)) / 2;
    const rate = target * share + rateBefore * (1 - share);
    if (others > 0) run.scaleLearningRate(name, (factor = rate / others));
  };

  return {
    name,
    config,
    onFitStart(_, saved) {
      const state = saved?.json as (Partial<State> & { readonly factor?: number }) | undefined;
      count = state?.count ?? 0;
      rateBefore = state?.rateBefore ?? undefined;
      factor = state?.factor ?? 1;
      average = count > 0 ? saved!.arrays : undefined;
    },
    onEpochStart(run) {
      if (learningRate !== undefined && run.epoch >= startEpoch) setRate(run, learningRate);
    },
    async onEpochEnd(run) {
      const since = run.epoch - startEpoch;
      if (since < 0 || since % everyEpochs !== 0) return;
      const weights = await run.getWeights();
      average = average ? moved(average, weights, count) : weights;
      count++;
    },
    finalWeights: () => average,
    onFitEnd() {
      average = undefined;
    },
    saveState: () => ({
      json: { count, rateBefore: rateBefore ?? null, factor },
      ...(average && { arrays: average }),
    }),
  };
}

/** The average of one more. Whole numbers, e.g. counters, are those of now. */
function moved(average: HostArrays, weights: HostArrays, count: number): HostArrays {
  const entries = Object.entries(weights).map(([name, weight]): [string, HostArray] => {
    const before = average[name]!.data;
    if (weight.dtype !== 'float32') return [name, weight];
    const data = Float32Array.from(weight.data, (w, i) => before[i]! + (w - before[i]!) / (count + 1));
    return [name, { ...weight, data }];
  });
  return Object.fromEntries(entries);
}
