import type { Dataset } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import type { Sampler } from '../data/sampler.js';
import { fail } from '../errors.js';
import { didYouMean } from '../nearest.js';
import { checkOptions, describe } from '../options.js';
import type { Checkpoint } from './checkpoint.js';

/**
 * How a run is run. Its length is `epochs`, `steps` or `seconds`, at least one of them: whichever ends first ends it, as
 * `completed`.
 */
export interface FitOptions {
  /** Passes over the data, those of `resumeFrom` included. A whole number >= 1. */
  readonly epochs?: number;
  /** Steps, those of `resumeFrom` included. A whole number >= 1. An epoch in which they end is ended there. */
  readonly steps?: number;
  /** Wall seconds of training and validation, > 0, those before `resumeFrom` included; a step that has begun is finished. */
  readonly seconds?: number;
  /** Epochs before a plugin may stop the run. A whole number >= 0, default 0. */
  readonly minEpochs?: number;
  /** Steps before a plugin may stop the run, those of `resumeFrom` included. A whole number >= 0, default 0. */
  readonly minSteps?: number;
  /** Examples in a batch, a whole number >= 1, default 32. The last batch of an epoch may be shorter. */
  readonly batchSize?: number;
  /** Leave out a last batch that is short. Default false. */
  readonly dropLast?: boolean;
  /** Evaluated at the end of each epoch; gives the `val_` metrics. */
  readonly validation?: Dataset | DataStream | undefined;
  /** In its place, the last examples of the data, this share of them, which are not trained on; 0 < validationSplit < 1. As Keras. */
  readonly validationSplit?: number;
  /** Evaluate once before the first step: what is wrong there shows at once, and the record notes the numbers. Default false. */
  readonly validateFirst?: boolean;
  /**
   * `{ steps: n }` evaluates after every n steps besides; `{ epochs: n }` at the end of every n-th epoch only (and where the
   * run's length cuts an epoch short). The epoch's logs hold the last validation.
   */
  readonly validationEvery?: { readonly steps: number } | { readonly epochs: number };
  /** Batch size of validation. Default 256. */
  readonly validationBatchSize?: number;
  /**
   * Batches of an epoch, and of a validation, that are used: for trying a program out. Whole numbers >= 1. `{ training: 1, validation: 1 }`
   * with `epochs: 1` runs every line once; `{ training: 1 }` with `shuffle: false` learns one batch by heart.
   */
  readonly limit?: { readonly training?: number; readonly validation?: number };
  /** Shuffle each epoch by the run's seed. Default true; for a stream, whether it has a shuffle buffer. */
  readonly shuffle?: boolean;
  /** Decides which examples an epoch takes, in place of `shuffle`. */
  readonly sampler?: Sampler;
  /** Resumes from here, bit for bit as if never stopped. */
  readonly resumeFrom?: Checkpoint | undefined;
  /** Stops after the current step when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the first Ctrl-C stops after the current step (a second ends the process). Default true. */
  readonly stopOnInterrupt?: boolean;
}

const NAMES: Readonly<Record<keyof FitOptions, true>> = {
  epochs: true,
  steps: true,
  seconds: true,
  minEpochs: true,
  minSteps: true,
  batchSize: true,
  dropLast: true,
  validation: true,
  validationSplit: true,
  validateFirst: true,
  validationEvery: true,
  validationBatchSize: true,
  limit: true,
  shuffle: true,
  sampler: true,
  resumeFrom: true,
  signal: true,
  stopOnInterrupt: true,
};

/** Where what others give to `fit` by this name is here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['classWeights', 'accumulate', 'plugins', 'metrics', 'loss', 'optimizer', 'seed', 'executor'].map(
      (name) => [name, `${name} is an option of the Trainer.`],
    ),
  ),
  callbacks: 'Callbacks are the `plugins` of the Trainer.',
  verbose: 'A run says nothing by itself; progressBar() of @espalier/callbacks is a plugin of the Trainer.',
  initialEpoch: 'A run goes on where `resumeFrom` says.',
};

/** @throws EspalierError `invalid-option`, for an unknown name too. */
export function checkFitOptions(options: FitOptions): void {
  const check = checkOptions('trainer');
  checkNames(options);
  const { epochs, steps, seconds, limit, signal, sampler } = options;
  if (epochs === undefined && steps === undefined && seconds === undefined) {
    check.fail('epochs', 'a whole number >= 1 where neither steps nor seconds are given', epochs);
  }
  if (epochs !== undefined) check.integer('epochs', epochs, { min: 1 });
  if (steps !== undefined) check.integer('steps', steps, { min: 1 });
  if (seconds !== undefined) check.number('seconds', seconds, { min: 0, exclusiveMin: true });
  for (const name of ['batchSize', 'validationBatchSize'] as const) {
    if (options[name] !== undefined) check.integer(name, options[name], { min: 1 });
  }
  for (const name of ['minEpochs', 'minSteps'] as const) {
    if (options[name] !== undefined) check.integer(name, options[name], { min: 0 });
  }
  for (const name of ['dropLast', 'shuffle', 'stopOnInterrupt', 'validateFirst'] as const) {
    if (options[name] !== undefined) check.boolean(name, options[name]);
  }
  checkValidation(options);
  if (limit !== undefined) checkLimit(options);
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    check.fail('signal', 'an AbortSignal', signal);
  }
  if (sampler !== undefined) {
    if (typeof sampler?.order !== 'function') check.fail('sampler', 'a sampler', sampler);
    if (options.shuffle !== undefined)
      check.fail('shuffle', 'left out where a sampler is given', options.shuffle);
  }
  const { resumeFrom } = options;
  if (resumeFrom !== undefined && resumeFrom?.format !== 'espalier-checkpoint') {
    check.fail('resumeFrom', 'a checkpoint (decodeCheckpoint(bytes), latestCheckpoint(...))', resumeFrom);
  }
}

function checkNames(options: FitOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    fail('invalid-option', 'trainer', `fit needs options, e.g. { epochs: 10 }, got ${describe(options)}.`);
  }
  const known = Object.keys(NAMES);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined) {
    const elsewhere = Object.hasOwn(ELSEWHERE, unknown) ? ` ${ELSEWHERE[unknown]!}` : '';
    fail(
      'invalid-option',
      'trainer',
      `fit has no option '${unknown}'.${elsewhere || didYouMean(unknown, known)} It takes ${known.join(', ')}.`,
    );
  }
}

function checkValidation({ validation, validationSplit, validateFirst, validationEvery }: FitOptions): void {
  const check = checkOptions('trainer');
  if (validationSplit !== undefined) {
    check.number('validationSplit', validationSplit, {
      min: 0,
      max: 1,
      exclusiveMin: true,
      exclusiveMax: true,
    });
    if (validation) check.fail('validationSplit', 'left out where validation is given', validationSplit);
  } else if (!validation) {
    if (validateFirst) check.fail('validation', 'a data set where validateFirst is set', validation);
    if (validationEvery !== undefined)
      check.fail('validation', 'a data set where validationEvery is given', validation);
  }
  if (validationEvery === undefined) return;
  const entries = Object.entries<unknown>(validationEvery ?? {});
  const [name, value] = entries[0] ?? [];
  if (entries.length !== 1 || (name !== 'steps' && name !== 'epochs')) {
    return check.fail('validationEvery', '{ steps: n } or { epochs: n }', validationEvery);
  }
  check.integer(`validationEvery.${name}`, value, { min: 1 });
}

function checkLimit({ limit }: FitOptions): void {
  const check = checkOptions('trainer');
  if (typeof limit !== 'object' || limit === null || Object.keys(limit).length === 0)
    check.fail('limit', '{ training: n, validation: n }', limit);
  for (const [name, value] of Object.entries<unknown>(limit!)) {
    if (name !== 'training' && name !== 'validation') {
      check.fail('limit', '{ training: n, validation: n }', limit);
    }
    if (value !== undefined) check.integer(`limit.${name}`, value, { min: 1 });
  }
}
