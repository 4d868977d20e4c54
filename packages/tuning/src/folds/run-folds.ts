import { checkOptions, EspalierError } from '@espalier/core';
import type { Trial } from '../study/trial.js';
import type { FoldRecord, FoldStatistics } from './fold-record.js';
import { encodeFold, foldStatistics, loadFold } from './fold-record.js';
import type { FoldStore } from './fold-store.js';
import { OrderedReports } from './ordered-reports.js';

/** What is known of a fold before it runs. */
export interface FoldPlace {
  /** From 0. */
  readonly index: number;
  readonly seed: number;
}

/** What a fold's run gives. */
export type FoldOutcome = Pick<FoldRecord, 'metrics'> & Partial<Pick<FoldRecord, 'epochs' | 'predictions'>>;

/** What a fold's run is given. */
export interface FoldHost {
  /** Fires when the other folds no longer matter, or the trial is interrupted. */
  readonly signal: AbortSignal;
  /** Tells the trial of an epoch, if there is a trial. @returns Whether to stop. */
  report(value: number, step: number): Promise<boolean>;
  readonly store: FoldStore | undefined;
}

/** Folds that run, at most `parallel` at once. */
export interface FoldsOptions {
  readonly scope: string;
  readonly places: readonly FoldPlace[];
  readonly run: (place: FoldPlace, host: FoldHost) => Promise<FoldOutcome>;
  readonly parallel: number;
  readonly monitor: string;
  readonly trial: Trial<unknown> | undefined;
  readonly store: FoldStore | undefined;
  readonly signal: AbortSignal | undefined;
}

/** All folds, or those until the trial was pruned. */
export interface FoldsResult extends FoldStatistics {
  /** By index; those of a pruned trial that ended before. */
  readonly folds: readonly FoldRecord[];
  /** Whether the trial's pruner stopped it. */
  readonly pruned: boolean;
}

/** Runs what is not kept yet, and keeps what ends. */
export async function runFolds(options: FoldsOptions): Promise<FoldsResult> {
  const { scope, places, run, parallel, monitor, trial, store, signal } = options;
  const reports = trial && new OrderedReports(trial);
  const stopping = new AbortController();
  const stop = () => stopping.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const records: FoldRecord[] = [];
  let broken: { readonly error: unknown } | undefined;

  const runOne = async (place: FoldPlace): Promise<void> => {
    const { index, seed } = place;
    let record = await loadFold(store, index);
    if (!record) {
      const host: FoldHost = {
        signal: stopping.signal,
        store,
        report: async (value, step) => (await reports?.report(index, value, step)) ?? false,
      };
      const outcome = await run(place, host);
      if (stopping.signal.aborted || reports?.pruned) return;
      const { metrics, epochs = [], predictions } = checkOutcome(scope, outcome);
      record = { index, seed, metrics, epochs, ...(predictions && { predictions }) };
      await store?.write(`fold-${index}`, encodeFold(record));
      await store?.write(`fold-${index}-run`, new Uint8Array());
    }
    const value = record.metrics[monitor];
    if (reports) {
      if (value === undefined) missing(scope, monitor, record.metrics);
      await reports.report(index, value!);
      await reports.end(index);
      if (reports.pruned) stop();
    }
    records.push(record);
  };

  const queue = [...places];
  const lane = async (): Promise<void> => {
    while (!broken && !stopping.signal.aborted && !reports?.pruned) {
      const place = queue.shift();
      if (!place) return;
      await runOne(place).catch((error: unknown) => {
        broken ??= { error };
        stop();
      });
      if (reports?.pruned) stop();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, places.length) }, lane));
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  if (broken && !reports?.pruned) throw broken.error;
  const pruned = reports?.pruned ?? false;
  if (!pruned && records.length < places.length) aborted(scope);
  // Folds that ran ahead of the one where the trial was pruned are chance.
  const folds = records
    .filter(({ index }) => !pruned || index < reports!.current)
    .sort((a, b) => a.index - b.index);
  return { folds, pruned, ...foldStatistics(folds) };
}

function checkOutcome(scope: string, outcome: FoldOutcome): FoldOutcome {
  const metrics: unknown = outcome?.metrics;
  if (typeof metrics !== 'object' || metrics === null)
    checkOptions(scope).fail('what run gives', '{ metrics } with numbers by name', outcome);
  return outcome;
}

function missing(scope: string, monitor: string, metrics: Readonly<Record<string, number>>): never {
  throw new EspalierError({
    code: 'unknown-metric',
    scope,
    message: `the folds give no '${monitor}', only ${Object.keys(metrics).join(', ')}; name one of these as monitor.`,
  });
}

function aborted(scope: string): never {
  throw new EspalierError({
    code: 'aborted',
    scope,
    message: 'stopped before all folds had ended; call it again with the same store to go on.',
  });
}
