import type { Checkpoint } from './checkpoint.js';
import { checkClassWeights, type ClassWeights } from '../data/class-weights.js';
import type { Dataset } from '../data/dataset.js';
import { checkOptions } from '../options.js';

/** How a run is run. */
export interface FitOptions {
  /** Passes over the data, those of `resumeFrom` included. A whole number >= 1. */
  readonly epochs: number;
  /** Examples in a step, a whole number >= 1, default 32. The last batch of an epoch may be shorter. */
  readonly batchSize?: number;
  /** Evaluated at the end of each epoch; gives the `val_` metrics. */
  readonly validation?: Dataset;
  /** Evaluates every so many steps too. The epoch's logs hold the last validation. */
  readonly validationEvery?: { readonly steps: number };
  /** Batch size of validation. Default 256. */
  readonly validationBatchSize?: number;
  /** Shuffle each epoch by the run's seed. Default true. */
  readonly shuffle?: boolean;
  /** A weight for the examples of each class, by label. */
  readonly classWeights?: ClassWeights;
  /** Goes on from here, bit for bit as if never stopped. */
  readonly resumeFrom?: Checkpoint;
  /** Stops after the current step when it fires. */
  readonly signal?: AbortSignal;
  /** Whether the first Ctrl-C stops after the current step (a second ends the process). Default true. */
  readonly stopOnInterrupt?: boolean;
}

/** @throws EspalierError `invalid-option`. */
export function checkFitOptions(options: FitOptions): void {
  const check = checkOptions('trainer');
  check.integer('epochs', options.epochs, { min: 1 });
  check.integer('batchSize', options.batchSize ?? 32, { min: 1 });
  check.integer('validationBatchSize', options.validationBatchSize ?? 256, { min: 1 });
  if (options.validationEvery) {
    check.integer('validationEvery.steps', options.validationEvery.steps, { min: 1 });
    if (!options.validation) check.fail('validation', 'a data set where validationEvery is given', undefined);
  }
  if (options.classWeights) checkClassWeights(options.classWeights);
}
