import type { Dataset } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { CrossValidateOptions, FoldRunOptions } from './cross-validate.js';
import { foldRun, foldRunRules, runner, trainingRules } from './cross-validate.js';
import type { FoldsResult } from './run-folds.js';
import { runFolds } from './run-folds.js';

/** Options of {@link overSeeds}: `trainer` and `fit`, or `run`. */
export interface OverSeedsOptions
  extends FoldRunOptions, Pick<CrossValidateOptions, 'trainer' | 'fit' | 'run'> {
  /** Whole numbers >= 0, at least two, none twice. */
  readonly seeds: readonly number[];
  readonly train: Dataset;
  readonly validation: Dataset;
}

/**
 * Trains and evaluates a model once for each seed on the same data: how much of a result is chance.
 *
 * Interrupts, trials and pruning are as in {@link crossValidate}; a seed counts as a fold.
 *
 * @throws EspalierError `invalid-option`; `aborted` where it was stopped before the end; and whatever ended a run.
 * @example
 * ```ts
 * const { mean, deviation } = await overSeeds({
 *   seeds: [1, 2, 3],
 *   train,
 *   validation,
 *   trainer: ({ seed, plugin }) =>
 *     new Trainer({ model: mlp({ inputs: 4, hidden: [16], outputs: 3, seed }), loss, optimizer, plugins: [plugin], seed }),
 *   fit: { epochs: 10 },
 * });
 * console.log(`${mean.loss} +- ${deviation.loss}`);
 * ```
 */
export async function overSeeds(options: OverSeedsOptions): Promise<FoldsResult> {
  const isDataset = (value: unknown) => typeof (value as Dataset | undefined)?.batch === 'function';
  const dataset = () => option.custom<Dataset>({ expected: 'a data set', accepts: isDataset });
  const { seeds, train, validation } = readOptions('over-seeds', options, {
    seeds: option.custom<readonly number[]>({
      expected: 'at least two whole numbers >= 0, none twice',
      accepts: (list) =>
        Array.isArray(list) &&
        list.length >= 2 &&
        new Set(list).size === list.length &&
        list.every((seed) => Number.isSafeInteger(seed) && seed >= 0),
    }),
    train: dataset(),
    validation: dataset(),
    ...trainingRules,
    ...foldRunRules,
  }).values;
  return runFolds({
    ...foldRun('over-seeds', options),
    places: seeds.map((seed, index) => ({ index, seed })),
    run: runner('over-seeds', options, () => ({ train, validation }), false),
  });
}
