import { EspalierError } from '@espalier/core';
import { directionOfName } from '@espalier/core/internal';
import type { HtmlReportOptions, ReportSection } from '../html-report.js';
import { learningCurves } from '../learning-curves.js';
import type { ReportCell, ReportTable } from '../report-table.js';
import { counted } from '../text.js';
import { madeFrom } from './made-from.js';
import { metricsOf, type SavedRun } from './saved-run.js';

/**
 * The report of one run or several: how each ended, learning curves, remarks, and what made it.
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
  const [only, ...others] = runs;
  const single = others.length === 0;
  return {
    title: title ?? (names.length > 3 ? `${counted(names.length, 'run')}` : names.join(', ')),
    ...(single && { made: madeFrom(only!.history) }),
    summary: summary(runs),
    sections: [
      {
        title: 'Learning curves',
        charts: single ? learningCurves(only!.history) : learningCurves(runs),
      },
      ...(single ? remarks(only!, 'Remarks') : runs.flatMap((run) => details(run))),
    ],
  };
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

/** What a run of several was, closed until somebody asks. */
function details(run: SavedRun): ReportSection[] {
  const made = Object.entries(madeFrom(run.history));
  const { events = [] } = run.history;
  if (made.length === 0 && events.length === 0) return [];
  const [section] = remarks(run, run.name);
  return [
    {
      title: run.name,
      collapsed: true,
      ...(section ?? {}),
      ...(made.length > 0 && { text: made.map(([name, value]) => `${name}: ${value}`).join('\n\n') }),
    },
  ];
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
