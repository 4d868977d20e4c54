import type { Executor } from '../engine/executor.js';
import type { TrainableModel } from '../model/model.js';
import type { PerOutput } from '../step/check-objectives.js';
import type { Loss } from '../step/loss.js';
import type { LossReduction } from '../step/loss-terms.js';
import type { Metric } from '../step/metric.js';
import type { Optimizer } from '../step/optimizer.js';
import type { ClassWeights } from '../step/output-objective.js';
import type { CheckedPlugins, MetricsOf } from './monitor-types.js';
import type { Plugin } from './plugin.js';
import { fail } from '../errors.js';
import { didYouMean } from '../nearest.js';
import type { Accumulate } from './accumulation.js';
import { checkOptions, describe } from '../options.js';

/** What a {@link Trainer} is made of. */
export interface TrainerOptions<
  M extends PerOutput<readonly Metric[]> = PerOutput<readonly Metric[]>,
  P extends readonly Plugin[] = readonly Plugin[],
> {
  /** A `tf.LayersModel`, or any object with `parameters` and `forward`. */
  readonly model: TrainableModel;
  /** One loss, or one for each output by name. */
  readonly loss: PerOutput<Loss>;
  /** Weight of each output's loss in the objective. Default 1. */
  readonly lossWeights?: Readonly<Record<string, number>>;
  /**
   * A weight for the examples of each class, by label, in the loss of training, validation and evaluation; never in metrics.
   * For every output of classes, or by output name.
   */
  readonly classWeights?: ClassWeights | Readonly<Record<string, ClassWeights>>;
  /**
   * What the sum of weighted losses of a batch is divided by: the number of `examples`, as in Keras (the default), or the sum of
   * their `weights`, as in PyTorch's weighted losses. In small batches only the former balances rare classes.
   */
  readonly lossReduction?: LossReduction;
  readonly optimizer: Optimizer;
  /** Metrics of the only output, or of each output by name. */
  readonly metrics?: M;
  readonly plugins?: P & CheckedPlugins<P, MetricsOf<M>>;
  /**
   * Batches whose gradients make one step: a step of `accumulate` batches is that of one batch of so many times the size, within
   * rounding, and needs the memory of one. A whole number >= 1, default 1. The last step of an epoch may have fewer.
   *
   * By epoch, `{ 0: 8, 4: 4 }`, it is 8 from epoch 0 and 4 from epoch 4, as Lightning's `GradientAccumulationScheduler`. Epochs then
   * differ in their steps: schedules in epochs go by whole epochs, as they do on data of unknown length.
   */
  readonly accumulate?: Accumulate;
  /**
   * Fixes shuffling and all random numbers of the steps. A whole number >= 0, default 0. The initial weights are the model's: `mlp`
   * and `cnn` take a seed, `initializeWeights` of @espalier/models draws those of stock layers by one.
   */
  readonly seed?: number;
  /** How steps are run. Default {@link eager}. */
  readonly executor?: Executor;
}

const NAMES: Readonly<Record<keyof TrainerOptions, true>> = {
  model: true,
  loss: true,
  lossWeights: true,
  classWeights: true,
  lossReduction: true,
  optimizer: true,
  metrics: true,
  plugins: true,
  accumulate: true,
  seed: true,
  executor: true,
};

/** Where what others call by this name is here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  callbacks: "Callbacks are 'plugins'.",
  epochs: 'It is an option of fit.',
  batchSize: 'It is an option of fit.',
  validation: 'It is an option of fit.',
  validationSplit: 'It is an option of fit.',
};

const meant = (name: string): string => (Object.hasOwn(ELSEWHERE, name) ? ` ${ELSEWHERE[name]!}` : '');

/** @throws EspalierError `invalid-option` for what is missing, unknown, or of another kind than it must be. */
export function checkTrainerOptions(options: TrainerOptions): void {
  const check = checkOptions('trainer');
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    fail(
      'invalid-option',
      'trainer',
      `a Trainer needs the options { model, loss, optimizer }, got ${describe(options)}.`,
    );
  }
  const known = Object.keys(NAMES);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined) {
    fail(
      'invalid-option',
      'trainer',
      `there is no option '${unknown}'.${meant(unknown) || didYouMean(unknown, known)} It takes ${known.join(', ')}.`,
    );
  }
  const { optimizer, executor, seed, lossReduction } = options;
  if (typeof optimizer?.update !== 'function' || typeof optimizer.init !== 'function') {
    const stock = typeof (optimizer as { minimize?: unknown } | undefined)?.minimize === 'function';
    check.fail(
      'optimizer',
      `an optimizer of @espalier/optimizers, e.g. adam()${stock ? ' (not one of tf.train)' : ''}`,
      optimizer,
    );
  }
  if (executor !== undefined && typeof executor?.start !== 'function') {
    check.fail('executor', 'an executor, e.g. eager() or compiled()', executor);
  }
  if (seed !== undefined) check.integer('seed', seed, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (lossReduction !== undefined) check.oneOf('lossReduction', lossReduction, ['examples', 'weights']);
}
