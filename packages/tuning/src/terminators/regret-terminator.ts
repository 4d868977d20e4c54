import { EspalierError, option, readOptions } from '@espalier/core';
import type { TrialRecord } from '../trial/trial-record.js';
import { costs, violation } from '../trial/trial-record.js';
import { regretBound } from './regret-bound.js';
import type { Terminator, TerminatorRequest } from './terminator.js';

/** Options of {@link regretTerminator}. */
export interface RegretTerminatorOptions {
  /**
   * Ends once no more than this can be gained, in units of the objective, >= 0. Default: the standard error of the best trial, by the
   * results of its folds.
   */
  readonly error?: number;
  /** Complete trials before it may end, >= 1. Default 20. */
  readonly minTrials?: number;
  /** The part of the complete trials, the best ones, that count, in (0, 1]; at least `minTrials` do. Default 0.5. */
  readonly topShare?: number;
  /** Random points at which it is asked what can be reached, >= 1. Default 2048. */
  readonly candidates?: number;
}

/**
 * Ends a search when what is left to gain is less than the error of what is measured: a bound on the regret by a Gaussian process,
 * below the standard error of the best trial over its folds. For one objective.
 *
 * A trial of k folds with results of variance v (around their mean, divided by k) has the error sqrt((1 / k + 1 / (k - 1)) v). Folds are
 * told of by `trial.report(value, { fold })`, as `crossValidate` does. It looks at the trials that the next one may look at; asking
 * takes as long as a suggestion of `gpSampler`.
 *
 * Reference: Optuna's `Terminator` with `RegretBoundEvaluator` and `CrossValidationErrorEvaluator`.
 *
 * Source: A. Makarova et al., "Automatic termination for hyperparameter optimization", AutoML 2022.
 *
 * @throws EspalierError `invalid-option`; while the search runs where `error` is not given and the best trial has no folds.
 * @example
 * ```ts
 * const study = await createStudy({ space: space({ x: float(-1, 1) }), seed: 1 });
 * const terminator = regretTerminator({ error: 0.01 });
 * await study.optimize(({ parameters }) => parameters.x ** 2, { trials: 200, terminator });
 * console.log(study.trials.length, study.stopReason);
 * ```
 */
export function regretTerminator(options: RegretTerminatorOptions = {}): Terminator {
  const { values, config } = readOptions('regret-terminator', options, {
    error: option.number({ min: 0, optional: true }),
    minTrials: option.integer({ min: 1, default: 20 }),
    topShare: option.number({ min: 0, exclusiveMin: true, max: 1, default: 0.5 }),
    candidates: option.integer({ min: 1, default: 2048 }),
  });
  const { error, minTrials, topShare, candidates } = values;
  return {
    config,
    stop(request) {
      const complete = request.finished.filter(({ state }) => state === 'complete');
      if (complete.length < minTrials) return undefined;
      const enough = error ?? standardError(bestOf(complete, request));
      const bound = regretBound(request, { topShare, topTrials: minTrials, candidates });
      if (!(bound < enough)) return undefined;
      return `at most ${bound.toPrecision(3)} can be gained, less than the error of ${enough.toPrecision(3)}`;
    },
  };
}

function bestOf(complete: readonly TrialRecord[], { direction }: TerminatorRequest): TrialRecord {
  const cost = (trial: TrialRecord) =>
    violation(trial) > 0 ? Infinity : costs(trial.values!, [direction])[0]!;
  return complete.reduce((best, trial) => (cost(trial) < cost(best) ? trial : best));
}

/** Of the mean over folds. Exported for its test. */
export function standardError({ number, reports }: Pick<TrialRecord, 'number' | 'reports'>): number {
  const folds = reports.filter(({ fold, step }) => fold !== undefined && step === undefined);
  const k = folds.length;
  if (k < 2)
    throw new EspalierError({
      code: 'invalid-option',
      scope: 'regret-terminator',
      message: `trial ${number}, the best, has ${k} results of folds, and 2 are needed for its error; tell them by trial.report(value, { fold }), or give the option error.`,
    });
  const mean = folds.reduce((sum, { value }) => sum + value / k, 0);
  const variance = folds.reduce((sum, { value }) => sum + ((value - mean) * (value - mean)) / k, 0);
  return Math.sqrt((1 / k + 1 / (k - 1)) * variance);
}
