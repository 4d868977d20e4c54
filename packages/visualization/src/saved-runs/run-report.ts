import { EspalierError } from '@espalier/core';
import { directionOfName } from '@espalier/core/internal';
import type { HtmlReportOptions, ReportSection } from '../report/html-report.js';
import { learningCurves } from '../lines/learning-curves.js';
import type { ReportCell, ReportTable } from '../report/report-table.js';
import { counted } from '../drawing/text.js';
import { madeFrom } from './made-from.js';
import { metricsOf, type SavedRun } from './saved-run.js';

/**
 * The report of one run or several: how each ended, learning curves, remarks, and what made them: first what all runs share.
 *
 * @param runs Names differ. The record of a trainer is a history; so is what {@link readRun} gives.
 * @param title Default: the names.
 * @returns What {@link htmlReport} takes; add to it as you like.
 * @throws EspalierError `invalid-data` for no runs, or two of one name.
 * @example
 * ```ts
 * const html = await htmlReport(runReport([{ name: 'baseline', history: { epochs: [{ epoch: 0, loss: 1 }] } }]));
 * ```
 */
export function runReport(runs: readonly SavedRun[], title?: string): HtmlReportOptions {
  const names = runs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (runs.length === 0 || twice !== undefined) {
    throw new EspalierError({
      code: 'invalid-data',
      scope: 'run-report',
      message:
        twice === undefined
          ? 'there is no run to report.'
          : `two runs are named '${twice}': names must differ.`,
    });
  }
  const [first, ...others] = runs;
  const made = runs.map(({ history }) => Object.entries(madeFrom(history)));
  const shared = made[0]!.filter(([name, value]) =>
    made.every((one) => one.some((entry) => entry[0] === name && entry[1] === value)),
  );
  const isShared = new Set(shared.map(([name]) => name));
  return {
    title: title ?? (names.length > 3 ? `${counted(names.length, 'run')}` : names.join(', ')),
    made: Object.fromEntries(shared),
    summary: summary(runs),
    sections: [
      curves(runs),
      ...(others.length === 0
        ? remarks(first!, 'Remarks')
        : runs.flatMap((run, i) =>
            details(
              run,
              made[i]!.filter(([name]) => !isShared.has(name)),
            ),
          )),
    ],
  };
}

/** Without charts where there is nothing to draw, as of a run that never had a finite loss. */
function curves(runs: readonly SavedRun[]): ReportSection {
  const title = 'Learning curves';
  const isDrawn = runs.some(({ history }) =>
    history.epochs.some((one) => metricsOf(history).some((name) => Number.isFinite(one[name]))),
  );
  if (!isDrawn) return { title, text: 'No metric was finite in any epoch.' };
  return { title, charts: runs.length === 1 ? learningCurves(runs[0]!.history) : learningCurves(runs) };
}

/** Each metric at the last epoch, and where the first of them was best. */
function summary(runs: readonly SavedRun[]): ReportTable {
  const metrics = [...new Set(runs.flatMap(({ history }) => metricsOf(history)))].filter(
    (name) => name !== 'learning_rate',
  );
  const first = metrics[0];
  return {
    columns: [
      'run',
      'epochs',
      ...metrics.map((label) => ({ label, ...best(label) })),
      ...(first === undefined ? [] : [`best ${first}`, 'at epoch']),
    ],
    rows: runs.map(({ name, history: { epochs } }): ReportCell[] => {
      const last = epochs.at(-1)!;
      const top = first === undefined ? undefined : bestOf(first, epochs);
      return [
        name,
        epochs.length,
        ...metrics.map((metric) => last[metric] ?? null),
        ...(first === undefined ? [] : [top?.value ?? null, top === undefined ? null : top.epoch + 1]),
      ];
    }),
  };
}

const best = (metric: string): { best?: 'min' | 'max' } => {
  const direction = directionOfName(metric);
  return direction === undefined ? {} : { best: direction === 'lower' ? 'min' : 'max' };
};

function bestOf(
  metric: string,
  epochs: SavedRun['history']['epochs'],
): { value: number; epoch: number } | undefined {
  const sign = directionOfName(metric) === 'higher' ? 1 : -1;
  const finite = epochs.flatMap((one) => {
    const value = one[metric];
    return typeof value === 'number' && Number.isFinite(value) ? [{ value, epoch: one.epoch }] : [];
  });
  return finite.reduce<{ value: number; epoch: number } | undefined>(
    (top, one) => (top === undefined || sign * (one.value - top.value) > 0 ? one : top),
    undefined,
  );
}

/** What a run of several has of its own, closed until somebody asks. */
function details(run: SavedRun, own: readonly (readonly [string, string | number])[]): ReportSection[] {
  const [section] = remarks(run, run.name);
  if (own.length === 0 && section === undefined) return [];
  const ended = section?.text === undefined ? [] : [section.text];
  const text = [...own.map(([name, value]) => `${name}: ${value}`), ...ended].join('\n\n');
  return [{ ...section, title: run.name, collapsed: true, ...(text !== '' && { text }) }];
}

function remarks({ history }: SavedRun, title: string): ReportSection[] {
  const { events = [], status, stopReason } = history;
  if (events.length === 0 && stopReason === undefined) return [];
  return [
    {
      title,
      ...(stopReason !== undefined && { text: `${status ?? 'stopped'}: ${stopReason}` }),
      ...(events.length > 0 && {
        table: {
          columns: ['from', 'epoch', 'remark'],
          rows: events.map(({ epoch, source, message }) => [source, epoch + 1, message]),
        },
      }),
    },
  ];
}
