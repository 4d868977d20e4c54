import type { Dataset, DataStream, Metric, Plugin, Schedule, TrainerOptions } from '@espalier/core';
import { checkOptions, loadWeights, option, readOptions, Trainer } from '@espalier/core';
import { log, pow } from '@espalier/core/internal';

/** Options of {@link findLearningRate}. */
export interface FindLearningRateOptions {
  /** The first rate, > 0. Default 1e-7. */
  readonly from?: number;
  /** The last rate, > `from`. Default 10. */
  readonly to?: number;
  /** Rates that are tried, one a step. A whole number >= 2, default 100. */
  readonly steps?: number;
  /** How the rates grow. Default `exponential`. */
  readonly mode?: 'exponential' | 'linear';
  /** Share of the smoothed loss that each step keeps, 0 <= smoothing < 1. Default 0.98. */
  readonly smoothing?: number;
  /** Ends where the smoothed loss is more than this times the lowest. > 1; default 4, `Infinity` for never. */
  readonly divergence?: number;
  /** Examples in a batch. Default 32. */
  readonly batchSize?: number;
  /** Rates at the start that are no suggestion. A whole number >= 0, default 10. */
  readonly skipStart?: number;
  /** Rates at the end that are no suggestion. A whole number >= 0, default 5. */
  readonly skipEnd?: number;
}

/** What {@link findLearningRate} finds: the points of a chart, and rates to begin with. */
export interface LearningRateRange {
  readonly rates: readonly number[];
  /** Of the step at each rate. */
  readonly losses: readonly number[];
  readonly smoothed: readonly number[];
  /** Where the smoothed loss falls most steeply over the logarithm of the rate; `undefined` where it never falls. */
  readonly suggestion: number | undefined;
  /** A tenth of the rate at the lowest smoothed loss; `undefined` where no loss is finite. */
  readonly tenthOfLowest: number | undefined;
}

/**
 * Trains for some steps with a rate that grows from step to step, and suggests the rate at which the loss falls fastest.
 *
 * With l the loss of a step: `a = smoothing a + (1 - smoothing) l`, and the smoothed loss `a / (1 - smoothing^(n+1))`. The model's weights
 * are put back afterwards, however it ends; nothing else is kept.
 *
 * Source: L. Smith, "Cyclical learning rates for training neural networks", WACV 2017; smoothing, divergence and the steepest slope over
 * the logarithm of the rate as fastai's `lr_find`, whose `minimum` is `tenthOfLowest`.
 *
 * @param trainer The options that a `Trainer` is made with; of its optimizer the learning rate is replaced.
 * @throws EspalierError `invalid-option`, and whatever the training throws.
 * @example
 * ```ts
 * const found = await findLearningRate({ model, loss, optimizer, seed: 1 }, train, { batchSize: 64 });
 * console.log(found.suggestion);
 * ```
 */
export async function findLearningRate(
  trainer: TrainerOptions<readonly Metric[], readonly Plugin[]>,
  data: Dataset | DataStream,
  options: FindLearningRateOptions = {},
): Promise<LearningRateRange> {
  const { from, to, steps, mode, smoothing, divergence, batchSize, skipStart, skipEnd } = readOptions(
    'find-learning-rate',
    options,
    RULES,
  ).values;
  if (!(to > from))
    checkOptions('find-learning-rate').fail('to', `a number > ${from}, which is \`from\``, to);
  const rates: number[] = [];
  const losses: number[] = [];
  const smoothed: number[] = [];
  let average = 0;
  let lowest = Infinity;

  const rateAt: Schedule = ({ step }) => {
    const share = step / (steps - 1);
    return mode === 'linear' ? from + (to - from) * share : from * pow(to / from, share);
  };
  const watcher: Plugin = {
    name: 'find-learning-rate',
    async onStepEnd(run, logs) {
      const loss = (await logs.read())['loss']!;
      average = smoothing * average + (1 - smoothing) * loss;
      const smooth = average / (1 - pow(smoothing, losses.length + 1));
      rates.push(rateAt({ step: run.step - 1, epoch: 0, stepsPerEpoch: 1 }));
      losses.push(loss);
      smoothed.push(smooth);
      if (!Number.isFinite(smooth)) run.stop('the loss is not finite');
      else if (losses.length > 1 && smooth > divergence * lowest) run.stop('the loss diverges');
      lowest = Math.min(lowest, smooth);
    },
  };
  const own = new Trainer({
    ...trainer,
    optimizer: { ...trainer.optimizer, learningRate: rateAt },
    plugins: [...(trainer.plugins ?? []), watcher],
  });
  const weights = await own.getWeights();
  try {
    await own.fit(data, { steps, batchSize });
  } finally {
    loadWeights(trainer.model, weights);
  }
  return {
    rates,
    losses,
    smoothed,
    suggestion: steepest(
      rates.slice(skipStart, rates.length - skipEnd),
      smoothed.slice(skipStart, rates.length - skipEnd),
    ),
    tenthOfLowest: rates[smoothed.indexOf(lowest)] && rates[smoothed.indexOf(lowest)]! / 10,
  };
}

/** The rate from which on the loss falls most over the logarithm of the rate. */
function steepest(rates: readonly number[], losses: readonly number[]): number | undefined {
  let best: number | undefined;
  let least = 0;
  for (let i = 1; i < rates.length; i++) {
    const slope = (losses[i]! - losses[i - 1]!) / log(rates[i]! / rates[i - 1]!);
    if (slope < least) [least, best] = [slope, rates[i - 1]];
  }
  return best;
}

const RULES = {
  from: option.number({ min: 0, exclusiveMin: true, default: 1e-7 }),
  to: option.number({ min: 0, exclusiveMin: true, default: 10 }),
  steps: option.integer({ min: 2, default: 100 }),
  mode: option.oneOf(['exponential', 'linear'], { default: 'exponential' }),
  smoothing: option.number({ min: 0, max: 1, exclusiveMax: true, default: 0.98 }),
  divergence: option.number({ min: 1, exclusiveMin: true, infinite: true, default: 4 }),
  batchSize: option.integer({ min: 1, default: 32 }),
  skipStart: option.integer({ min: 0, default: 10 }),
  skipEnd: option.integer({ min: 0, default: 5 }),
};
