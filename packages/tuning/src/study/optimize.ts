import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import { onInterrupt } from '@espalier/core/internal';
import type { Terminator } from '../terminators/terminator.js';
import type { Direction, TrialRecord } from '../trial/trial-record.js';
import { sinceBest } from './since-best.js';
import { signalRule } from './signal-rule.js';
import type { Outcome, Trial } from './trial.js';

/** Runs one trial: trains with its parameters, and gives the value. */
export type Objective<P> = (trial: Trial<P>) => Outcome | Promise<Outcome>;

/** Options of `study.optimize`. */
export interface OptimizeOptions<P> {
  /** How many trials the study shall have in all, those of earlier runs included. >= 1. */
  readonly trials: number;
  /**
   * Trials that run at once, default 1. Trial t is chosen, and pruned, by the outcomes of trials 0 to t - parallel alone, and
   * starts when those are there: the same seed and `parallel` give the same search whichever ends first.
   */
  readonly parallel?: number;
  /** Starts no trial after so many seconds. Default: no limit. */
  readonly seconds?: number;
  /** Ends with an error once so many trials of this call have failed. Default: no limit. */
  readonly failures?: number;
  /**
   * Starts no trial once so many complete ones in a row have not been better than the best before them, >= 1; for one objective.
   * Only trials that the next one may know of count, as with suggestions. Default: no limit.
   */
  readonly stagnation?: number;
  /** Stops the study when more trials are not worth it, as `regretTerminator()` says; `study.stopReason` has why. For one objective. */
  readonly terminator?: Terminator;
  /** After each trial, in the order in which they end; may call `study.stop`. */
  readonly onTrialEnd?: (trial: TrialRecord<P>) => void | Promise<void>;
  /** Stops at once, see `stopOnInterrupt`, when it fires. */
  readonly signal?: AbortSignal;
  /**
   * Whether the first Ctrl-C stops at once (a second ends the process). `trial.signal` fires, what running objectives give
   * after that is dropped, and their trials are resumed when the study is. Default true.
   */
  readonly stopOnInterrupt?: boolean;
}

/** What it needs of a study. */
export interface Search<P> {
  readonly trials: readonly TrialRecord<P>[];
  readonly directions: readonly Direction[];
  readonly exhausted: boolean;
  readonly stopReason: string | undefined;
  next(parallel: number): { readonly number: number; readonly horizon: number };
  isReady(parallel: number): boolean;
  ask(options: { readonly parallel: number; readonly signal: AbortSignal }): Promise<Trial<P>>;
  tell(trial: Trial<P>, outcome: Outcome | { readonly error: unknown }): Promise<TrialRecord<P>>;
  release(trial: Trial<P>): void;
  stop(reason: string): void;
  judge(terminator: Terminator, horizon: number): string | undefined;
}

/** Runs trials until there are enough, nothing is left to try, a limit is reached, or somebody stops it. */
export async function optimize<P>(
  study: Search<P>,
  objective: Objective<P>,
  options: OptimizeOptions<P>,
  clock: () => number,
): Promise<void> {
  const { values } = readOptions<OptimizeOptions<P>, typeof rules>('study', options, rules);
  const { trials, parallel, seconds, failures, stagnation, terminator, onTrialEnd } = values;
  if (stagnation < Infinity && study.directions.length > 1)
    checkOptions('study').fail('stagnation', 'left out with several objectives', stagnation);
  if (terminator && study.directions.length > 1)
    checkOptions('study').fail('terminator', 'left out with several objectives', terminator.config.kind);
  const until = clock() + 1000 * seconds;
  const running = new Map<number, Promise<void>>();
  const ended: TrialRecord<P>[] = [];
  let broken: { readonly error: unknown } | undefined;

  const stopping = new AbortController();
  const stopAtOnce = (reason: unknown) => stopping.abort(reason);
  const { signal } = stopping;
  const given = values.signal;
  const onAbort = () => stopAtOnce(given!.reason);
  if (given?.aborted) onAbort();
  given?.addEventListener('abort', onAbort);
  const letGo = !values.stopOnInterrupt
    ? () => {}
    : onInterrupt(() => stopAtOnce(new Error('interrupted (Ctrl-C)')));

  const run = async (trial: Trial<P>): Promise<void> => {
    let outcome: Outcome | { readonly error: unknown };
    try {
      outcome = await objective(trial);
    } catch (error) {
      outcome = { error };
    }
    // Training that was stopped by the signal gives a value, too, and not that of the trial.
    if (signal.aborted) return study.release(trial);
    const record = await study.tell(trial, outcome).catch((error: unknown) => {
      study.release(trial);
      throw error;
    });
    ended.push(record);
    await onTrialEnd?.(record);
  };
  /** Failed trials that the next one may know of: as with suggestions, it is not the clock that decides. */
  const failed = (horizon: number) =>
    ended.filter(({ state, number }) => state === 'failed' && number < horizon);
  let judged: number | undefined;
  /** Asks the terminator once for each new trial. */
  const isEnough = (number: number, horizon: number): boolean => {
    if (!terminator || judged === number) return false;
    judged = number;
    const reason = study.judge(terminator, horizon);
    if (reason !== undefined) study.stop(reason);
    return reason !== undefined;
  };
  const mayStart = (): boolean => {
    const { number, horizon } = study.next(parallel);
    const isNew = number === study.trials.length;
    if (signal.aborted || broken || study.stopReason !== undefined) return false;
    if (number >= trials || (isNew && study.exhausted) || clock() >= until) return false;
    if (isNew && sinceBest(study.trials.slice(0, horizon), study.directions[0]!) >= stagnation) return false;
    if (failed(horizon).length >= failures) return false;
    return !isNew || !study.isReady(parallel) || !isEnough(number, horizon);
  };

  try {
    for (;;) {
      // Where nothing runs, a trial that is waited for runs elsewhere: `ask` says so.
      while (running.size < parallel && mayStart() && (running.size === 0 || study.isReady(parallel))) {
        const trial = await study.ask({ parallel, signal });
        const done = run(trial)
          .catch((error: unknown) => {
            broken ??= { error };
          })
          .finally(() => running.delete(trial.number));
        running.set(trial.number, done);
      }
      if (running.size === 0) break;
      await Promise.race(running.values());
    }
  } finally {
    letGo();
    given?.removeEventListener('abort', onAbort);
  }
  if (broken) throw broken.error;
  report(failed(Infinity), ended, failures);
}

/** A study of which nothing but failures came does not end as if all were well. */
function report(
  failed: readonly TrialRecord<unknown>[],
  ended: readonly TrialRecord<unknown>[],
  failures: number,
): void {
  const last = failed.at(-1);
  if (!last || (failed.length < failures && failed.length < ended.length)) return;
  throw new EspalierError({
    code: 'execution-failed',
    scope: 'study',
    message: `${failed.length} of ${ended.length} trials failed, the last one (${last.number}) with: ${last.error!.message}. They are recorded; resume when it is fixed.`,
    cause: last.error,
  });
}

const rules = {
  trials: option.integer({ min: 1 }),
  parallel: option.integer({ min: 1, default: 1 }),
  seconds: option.number({ min: 0, infinite: true, default: Infinity }),
  failures: option.integer({ min: 1, infinite: true, default: Infinity }),
  stagnation: option.integer({ min: 1, infinite: true, default: Infinity }),
  terminator: option.custom<Terminator, { readonly optional: true }>({
    optional: true,
    expected: 'a terminator, e.g. regretTerminator()',
    accepts: (value) => typeof (value as Partial<Terminator> | null)?.stop === 'function',
  }),
  onTrialEnd: option.custom<(trial: TrialRecord<never>) => void | Promise<void>, { readonly optional: true }>(
    {
      optional: true,
      expected: 'a function of the trial',
      accepts: (value) => typeof value === 'function',
    },
  ),
  signal: signalRule,
  stopOnInterrupt: option.boolean({ default: true }),
};
