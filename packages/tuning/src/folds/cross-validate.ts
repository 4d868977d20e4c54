import type { Dataset, HostArrays, Trainer } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { signalRule } from '../study/signal-rule.js';
import type { Trial } from '../study/trial.js';
import type { FoldContext, FoldFitOptions } from './fit-fold.js';
import { fitFold } from './fit-fold.js';
import { outOfFold } from './fold-record.js';
import type { FoldStore } from './fold-store.js';
import { storeOf } from './fold-store.js';
import type { FoldHost, FoldOutcome, FoldPlace, FoldsResult } from './run-folds.js';
import { runFolds } from './run-folds.js';

/** A part of the data to validate on, and the rest to train on; `kFolds` of datasets gives them. */
export interface FoldData {
  readonly train: Dataset;
  readonly validation: Dataset;
  /** Which examples of the whole data `validation` has. Needed for predictions out of fold. */
  readonly indices?: ArrayLike<number>;
}

/** How runs over several folds or seeds are run. */
export interface FoldRunOptions {
  /** Folds that run at once, >= 1. Default 1. More is faster only where `run` hands them to threads. */
  readonly parallel?: number;
  /** The metric that a trial is told of, as `evaluate` names it. Default `loss`. */
  readonly monitor?: string;
  /** A study's trial: it is told of epochs and folds, may be pruned, and keeps the folds until it ends. */
  readonly trial?: Trial<unknown>;
  /** Keeps finished folds and checkpoints, so that another call goes on. Default: the trial's, or none. */
  readonly store?: FoldStore;
  /** Keeps a checkpoint in the store after so many epochs, >= 1. Default: only whole folds are kept. */
  readonly checkpointEvery?: number;
  /** Stops when it fires. Default: the trial's signal. */
  readonly signal?: AbortSignal;
}

/** Options of {@link crossValidate}: `trainer` and `fit`, or `run`. */
export interface CrossValidateOptions extends FoldRunOptions {
  /** At least two. */
  readonly folds: readonly FoldData[];
  /** Makes a fold's trainer, by `fold.seed`, and with `fold.plugin` among its plugins. */
  readonly trainer?: (fold: FoldContext) => Trainer | Promise<Trainer>;
  /** As for `trainer.fit`: `epochs`, `batchSize`, ... */
  readonly fit?: FoldFitOptions;
  /** Runs a fold in another way, for example in a thread: gives its metrics. */
  readonly run?: (fold: FoldPlace & FoldHost & FoldData) => Promise<FoldOutcome>;
  /** The seeds of the folds follow from it. A whole number >= 0, default 0. */
  readonly seed?: number;
  /** Whether the outputs for each fold's validation set are kept. Default false. */
  readonly predictions?: boolean;
}

/** Result of {@link crossValidate}. */
export interface CrossValidation extends FoldsResult {
  /** For every example the output of the model that did not see it: `[N, ...]` by output name, in the order of the data. */
  readonly predictions?: HostArrays;
}

/**
 * Trains and evaluates a model once for each fold: mean and deviation of every metric, a record of each fold and, if asked,
 * predictions out of fold.
 *
 * With a store (or a trial, which brings one) it can be interrupted anywhere: folds that have ended are not run again, and one
 * that was under way goes on from its checkpoint. With a trial, its pruner sees epochs and folds in their order, however many
 * run at once, and a pruned trial ends early (`pruned` is true).
 *
 * @throws EspalierError `invalid-option`; `aborted` where it was stopped before the end; and whatever ended a fold.
 * @example
 * ```ts
 * const { mean, deviation } = await crossValidate({
 *   folds: kFolds(data, { k: 5, seed: 1 }),
 *   trainer: ({ seed, plugin }) =>
 *     new Trainer({ model: mlp({ inputs: 4, hidden: [16], outputs: 3, seed }), loss, optimizer, plugins: [plugin], seed }),
 *   fit: { epochs: 10, batchSize: 32 },
 * });
 * console.log(`${mean.loss} +- ${deviation.loss}`);
 * ```
 */
export async function crossValidate(options: CrossValidateOptions): Promise<CrossValidation> {
  const { values } = readOptions('cross-validate', options, {
    folds: option.custom<readonly FoldData[]>({
      expected: 'a list of at least two folds with train and validation',
      accepts: (list) =>
        Array.isArray(list) &&
        list.length >= 2 &&
        (list as Partial<FoldData>[]).every((fold) => fold?.train && fold.validation),
    }),
    seed: option.seed({ default: 0 }),
    predictions: option.boolean({ default: false }),
    ...trainingRules,
    ...foldRunRules,
  });
  const { folds, seed, predictions } = values;
  const places = folds.map((_, index) => ({ index, seed: stream(seed, 'fold', index).nextInt32() >>> 0 }));
  const result = await runFolds({
    ...foldRun('cross-validate', options),
    places,
    run: runner('cross-validate', options, ({ index }) => folds[index]!, predictions),
  });
  if (!predictions || result.pruned) return result;
  const all = outOfFold(
    result.folds,
    folds.map(({ indices }) => indices),
  );
  return all ? { ...result, predictions: all } : result;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** The rules of what trains. */
export const trainingRules = {
  trainer: option.custom<NonNullable<CrossValidateOptions['trainer']>>({
    optional: true,
    expected: 'a function that makes a trainer',
    accepts: isFunction,
  }),
  fit: option.custom<FoldFitOptions>({ optional: true, expected: 'options of fit', accepts: isObject }),
  run: option.custom<NonNullable<CrossValidateOptions['run']>>({
    optional: true,
    expected: 'a function that runs a fold',
    accepts: isFunction,
  }),
};

/** The rules of {@link FoldRunOptions}. */
export const foldRunRules = {
  parallel: option.integer({ min: 1, default: 1 }),
  monitor: option.text({ default: 'loss' }),
  trial: option.custom<Trial<unknown>>({
    optional: true,
    expected: "a study's trial",
    accepts: (value) => isFunction((value as Partial<Trial<unknown>>)?.report),
  }),
  store: option.custom<FoldStore>({
    optional: true,
    expected: 'a store with read and write',
    accepts: (value) => isFunction((value as FoldStore)?.read) && isFunction((value as FoldStore).write),
  }),
  checkpointEvery: option.integer({ min: 1, optional: true }),
  signal: signalRule,
};

/** The part of the options that is the same for folds and seeds. */
export function foldRun(scope: string, options: FoldRunOptions) {
  const { parallel = 1, monitor = 'loss', trial } = options;
  const store = options.store ?? (trial && storeOf(trial));
  if (options.checkpointEvery !== undefined && !store)
    checkOptions(scope).fail('store', 'given where checkpointEvery is', undefined);
  return { scope, parallel, monitor, trial, store, signal: options.signal ?? trial?.signal };
}

/** Runs a place by `run`, or by `trainer` and `fit`. */
export function runner(
  scope: string,
  options: Pick<CrossValidateOptions, 'trainer' | 'fit' | 'run' | 'monitor' | 'checkpointEvery'>,
  dataOf: (place: FoldPlace) => FoldData,
  predict: boolean,
): (place: FoldPlace, host: FoldHost) => Promise<FoldOutcome> {
  const { trainer, fit, run, monitor = 'loss', checkpointEvery } = options;
  const check = checkOptions(scope);
  if (run) {
    if (trainer || fit) check.fail('trainer and fit', 'left out where run is given', trainer ?? fit);
    return (place, host) => run({ ...place, ...host, ...dataOf(place) });
  }
  if (!trainer || !fit) return check.fail('trainer and fit', 'given, or run', undefined);
  return (place, host) => {
    const { train, validation } = dataOf(place);
    const epochMonitor = `val_${monitor}`;
    return fitFold(place, host, {
      scope,
      trainer,
      fit,
      train,
      validation,
      epochMonitor,
      checkpointEvery,
      predict,
    });
  };
}
