import type { Evaluation } from 'espalier';
import type { Measurement } from './run-plan.js';
import { deviation, mean, predictionSpread } from './statistics.js';

/** A figure of a table: what it is of a run, and how it is shown. */
export interface Column {
  readonly label: string;
  readonly of: (run: Measurement) => number;
  /** Decimals. Default 2. */
  readonly digits?: number;
}

/** A row: its runs, and what was published for it. */
export interface Row {
  readonly name: string;
  readonly runs: readonly Measurement[];
  /**
   * Published figures in the order of the columns, letter by letter, for their decimals tell how they were rounded: `~` before a
   * rough one, `-` where there is none, e.g. `'~92 87.20 - 11'`.
   */
  readonly published?: string;
  /** What the figures of this row are, where they are not those of the columns. */
  readonly figures?: readonly Column['of'][];
  /** What was measured before, shown where there are no runs. */
  readonly earlier?: EarlierRow;
  /** Shown behind the name, e.g. what the study leaves open. */
  readonly note?: string;
}

/** Published figures beside measured ones. */
export interface ResultTable {
  readonly title: string;
  readonly text?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A table that is given as it is shown. */
export interface TextTable {
  readonly title: string;
  readonly text?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Where a published figure lies, seen from the measured ones. */
export type Verdict =
  'within the spread' | 'outside the spread' | 'one run' | 'not a number' | 'nothing published';

/** A row as results.json of an earlier time has it. */
export interface EarlierRow {
  /** One for each column. */
  readonly figures: readonly Cell[];
  readonly runs: readonly { readonly seconds: number }[];
}

/** One figure of one row. */
export interface Cell {
  readonly column: string;
  readonly published: string | null;
  readonly mean: number;
  /** Standard deviation over the seeds; NaN for one run. */
  readonly deviation: number;
  /** Measured mean minus published. */
  readonly gap: number | null;
  readonly verdict: Verdict;
  /** Runs whose figure is not a finite number, as where training diverged. */
  readonly diverged: number;
}

/** An accuracy in percent. */
export function percentOf(evaluation: Evaluation | undefined): number {
  return 100 * (evaluation?.['accuracy'] as number);
}

type Part = 'train' | 'validation' | 'test';

/** The accuracy of a run on a part of its data, in percent. */
export const accuracyOf = (part: Part) => (run: Measurement) => percentOf(run[part]);

/** The loss there, without penalties. */
export const lossOf = (part: Part) => (run: Measurement) => run[part]!['loss'] as number;

/** The figures of a row, one for each column. */
export function cellsOf(row: Row, columns: readonly Column[]): Cell[] {
  const figures = publishedFigures(row.published);
  if (row.earlier && row.runs.length === 0)
    return row.earlier.figures.map((cell, i) => ({
      ...cell,
      published: figures[i]?.text ?? null,
      // JSON has null for what is not a number.
      mean: cell.mean ?? NaN,
      deviation: cell.deviation ?? NaN,
    }));
  return columns.map((column, i) => {
    const values = row.runs.map(row.figures?.[i] ?? column.of);
    const figure = figures[i];
    const centre = mean(values);
    const gap = figure ? centre - figure.value : null;
    return {
      column: column.label,
      published: figure?.text ?? null,
      mean: centre,
      deviation: deviation(values),
      gap,
      verdict: verdictOf(gap, figure?.rounding ?? 0, values),
      diverged: values.filter((value) => !Number.isFinite(value)).length,
    };
  });
}

/** A published figure: as it was printed, its number, and how far rounding may have moved it. */
interface PublishedFigure {
  readonly text: string;
  readonly value: number;
  readonly rounding: number;
}

/** The figures of {@link Row.published}; `undefined` where there is none. */
export function publishedFigures(published = ''): (PublishedFigure | undefined)[] {
  return published.split(' ').map((text) => {
    if (text === '' || text === '-') return undefined;
    const [, rough, decimals = ''] = /^(~?)\d+(?:\.(\d+))?$/.exec(text) ?? [];
    if (rough === undefined) throw new Error(`'${text}' of '${published}' is no published figure.`);
    return {
      text,
      value: Number(text.slice(rough.length)),
      rounding: (rough === '' ? 0.5 : 1) * 10 ** -decimals.length,
    };
  });
}

// A published figure is one run; the question is whether it could be one of ours.
function verdictOf(gap: number | null, rounding: number, values: readonly number[]): Verdict {
  if (gap === null) return 'nothing published';
  if (!Number.isFinite(gap)) return 'not a number';
  if (values.length < 2) return 'one run';
  return Math.abs(gap) <= predictionSpread(values) + rounding + 1e-12
    ? 'within the spread'
    : 'outside the spread';
}

/** A number with so many decimals; NaN as a word. */
export function fixed(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'infinite' : '-infinite';
  // No minus before a zero.
  return value.toFixed(digits).replace(/^-(?=[0.]+$)/, '');
}

/** `mean ± deviation`. */
export function meanText(
  { mean: centre, deviation: spread }: Pick<Cell, 'mean' | 'deviation'>,
  digits = 2,
): string {
  return Number.isNaN(spread) ? fixed(centre, digits) : `${fixed(centre, digits)} ± ${fixed(spread, digits)}`;
}

/** The table as texts: for each column published, measured, and a mark where the two are apart. */
export function tableTexts({ columns, rows }: ResultTable): { columns: string[]; rows: string[][] } {
  const isPublished = columns.map((_, i) => rows.some(({ published }) => publishedFigures(published)[i]));
  return {
    columns: [
      'run',
      ...columns.flatMap(({ label }, i) =>
        isPublished[i] ? [`${label} published`, `${label} measured`] : [label],
      ),
      'runs',
      's / run',
    ],
    rows: rows.map((row) => {
      const runs = row.runs.length > 0 ? row.runs : (row.earlier?.runs ?? []);
      return [
        row.note ? `${row.name} (${row.note})` : row.name,
        ...cellsOf(row, columns).flatMap((cell, i) => {
          const mark = cell.verdict === 'outside the spread' ? ' *' : '';
          const measured =
            runs.length === 0
              ? 'not run'
              : cell.diverged > 0
                ? `NaN in ${cell.diverged} of ${runs.length}`
                : meanText(cell, columns[i]!.digits) + mark;
          return isPublished[i] ? [cell.published ?? '', measured] : [measured];
        }),
        String(runs.length),
        runs.length === 0 ? '' : fixed(mean(runs.map(({ seconds }) => seconds)), 1),
      ];
    }),
  };
}
