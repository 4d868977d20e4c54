import { parameterImportances } from '../importance/parameter-importances.js';
import { nonDominationRanks } from '../math/pareto.js';
import type { TrialRecord } from '../trial/trial-record.js';
import { costs, violation } from '../trial/trial-record.js';
import type { StudyFile } from './study-file.js';
import { shortNumber, tableOf } from './text-table.js';

/** A study summed up, as plain JSON. */
export interface StudyReport {
  readonly name: string;
  readonly directions: readonly string[];
  readonly seed: number;
  readonly sampler: string;
  readonly pruner: string | null;
  readonly counts: Readonly<Record<string, number>>;
  /** With one objective the best trial, else the Pareto front. */
  readonly best: readonly TrialRecord[];
  /** Trials that were better than all before: their numbers and values. Empty with several objectives. */
  readonly progress: readonly { readonly number: number; readonly value: number }[];
  /** Share of each parameter; `null` where there are too few trials to tell. */
  readonly importances: Readonly<Record<string, number>> | null;
  readonly failures: readonly { readonly number: number; readonly message: string }[];
}

/** Sums a study up. */
export function studyReport(file: StudyFile): StudyReport {
  const { header, trials } = file;
  const complete = trials.filter(({ state, values }) => state === 'complete' && Number.isFinite(values![0]));
  const space = { dimensions: header.space };
  return {
    ...studySummary(file),
    importances: complete.length < 10 ? null : parameterImportances({ space, trials }),
  };
}

/** What is quickly said of a study. */
export function studySummary({ header, trials, queued }: StudyFile): Omit<StudyReport, 'importances'> {
  const { name, directions, seed, sampler, pruner } = header;
  const feasible = trials.filter((trial) => trial.state === 'complete' && violation(trial) === 0);
  const points = feasible.map(({ values }) => costs(values!, directions));
  const ranks = nonDominationRanks(points);
  const front = feasible.filter((_, i) => ranks[i] === 0);
  const progress: { number: number; value: number }[] = [];
  if (directions.length === 1) {
    let least = Infinity;
    feasible.forEach(({ number, values }, i) => {
      if (points[i]![0]! >= least) return;
      least = points[i]![0]!;
      progress.push({ number, value: values![0]! });
    });
  }
  const count = (state: string) => trials.filter((trial) => trial.state === state).length;
  return {
    name,
    directions,
    seed,
    sampler: sampler.kind,
    pruner: pruner?.kind ?? null,
    counts: {
      complete: count('complete'),
      pruned: count('pruned'),
      failed: count('failed'),
      running: count('running'),
      queued,
    },
    best: directions.length === 1 ? front.slice(0, 1) : front,
    progress,
    failures: trials.flatMap(({ number, error }) => (error ? [{ number, message: error.message }] : [])),
  };
}

/** The first lines of a report. */
export function summaryText(report: StudyReport): string {
  const { name, directions, seed, sampler, pruner, counts } = report;
  const states = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    `study      ${name} (${directions.join(', ')}, seed ${seed})`,
    `sampler    ${sampler}${pruner ? `, pruner ${pruner}` : ''}`,
    `trials     ${states.map(([state, count]) => `${count} ${state}`).join(', ') || 'none'}`,
  ].join('\n');
}

/** The best trial, or the Pareto front, with all parameters. */
export function bestText({ best }: StudyReport): string {
  if (best.length === 0) return 'no trial is complete and feasible';
  return best
    .map(({ number, values, parameters }) =>
      [
        `trial ${number}: ${values!.map(shortNumber).join(', ')}`,
        ...Object.entries(parameters).map(([name, value]) => `  ${name} = ${String(value)}`),
      ].join('\n'),
    )
    .join('\n');
}

/** A table of trials. */
export function trialsText(trials: readonly TrialRecord[]): string {
  const names = [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))];
  const rows = trials.map(({ number, state, values, parameters }) => [
    String(number),
    state,
    (values ?? []).map(shortNumber).join(', '),
    ...names.map((name) => (parameters[name] === undefined ? '' : shortNumber(parameters[name]))),
  ]);
  return tableOf(['trial', 'state', 'value', ...names], rows);
}

/** The whole report as plain text. */
export function reportText(report: StudyReport): string {
  const parts = [summaryText(report), `best\n${bestText(report)}`];
  if (report.progress.length > 0) {
    const rows = report.progress.map(({ number, value }) => [String(number), shortNumber(value)]);
    parts.push(`progress\n${tableOf(['trial', 'value'], rows)}`);
  }
  if (report.importances) {
    const rows = Object.entries(report.importances).map(([name, share]) => [name, share.toFixed(3)]);
    parts.push(`importances\n${tableOf(['parameter', 'share'], rows)}`);
  }
  if (report.failures.length > 0)
    parts.push(
      `failures\n${report.failures.map(({ number, message }) => `trial ${number}: ${message}`).join('\n')}`,
    );
  return parts.join('\n\n');
}
