import type { Config } from '@espalier/core';
import type { Direction, Report, TrialRecord } from '../trial/trial-record.js';

/** All that a pruner's decision may depend on. */
export interface PrunerRequest {
  /** Name of the study. */
  readonly study: string;
  /** The trial that has just reported: its last report is the newest. */
  readonly trial: { readonly number: number; readonly reports: readonly Report[] };
  /** The finished trials that it may look at, by number. */
  readonly finished: readonly TrialRecord[];
  readonly direction: Direction;
}

/** Says after a report whether a trial should stop: a pure function of what it is asked. */
export interface Pruner {
  /** Its kind and the options that it was made with. A study is resumed with equal ones. */
  readonly config: Config;
  prune(request: PrunerRequest): boolean;
}

/** A report with a step. */
export type StepReport = Report & { readonly step: number };

/** The reports by step of one fold (or of a trial without folds), by step. */
export function seriesOf(reports: readonly Report[], fold: number | undefined): StepReport[] {
  return reports
    .filter((report): report is StepReport => report.fold === fold && report.step !== undefined)
    .sort((a, b) => a.step - b.step);
}

/** The series that the newest report belongs to; `undefined` where that is the result of a whole fold. */
export function currentSeries(
  reports: readonly Report[],
):
  | { readonly fold: number | undefined; readonly series: readonly StepReport[]; readonly last: StepReport }
  | undefined {
  const newest = reports.at(-1);
  if (newest?.step === undefined) return undefined;
  const series = seriesOf(reports, newest.fold);
  return { fold: newest.fold, series, last: series.at(-1)! };
}

/** As a cost: smaller is better. */
export const costOf = (value: number, direction: Direction): number =>
  direction === 'minimize' ? value : -value;

/** The smallest that is not NaN; NaN where none is. */
export function least(values: readonly number[]): number {
  return values.reduce((best, value) => (Number.isNaN(best) || value < best ? value : best), NaN);
}
