import { checkOptions, option, readOptions } from '@espalier/core';
import { lineUp, textTable } from '@espalier/core/internal';
import type { ReportCell, ReportTable } from './report-table.js';
import { holdsNumbers, tableHtml } from './report-table.js';
import { cleanText, formatNumber } from '../drawing/text.js';

/** How {@link tableText} writes. */
export interface TableTextOptions {
  /** `text` lines up columns for a terminal, `markdown` is GitHub's, `csv` is RFC 4180 with all digits. Default `text`. */
  readonly format?: 'text' | 'markdown' | 'csv';
}

/**
 * A table of a report as text: for a terminal, a README or a spreadsheet.
 *
 * @param table Numbers are shown as in the report, with their column's `digits` and `unit`; in CSV as they are.
 * @throws EspalierError `invalid-option` and `invalid-data` as {@link htmlReport}.
 * @example
 * ```ts
 * import { tableText } from '@espalier/visualization';
 *
 * const table = { columns: ['run', { label: 'loss', digits: 2 }], rows: [['baseline', 0.5]] };
 * console.log(tableText(table, { format: 'markdown' }));
 * ```
 */
export function tableText(table: ReportTable, options: TableTextOptions = {}): string {
  const { format } = readOptions('table-text', options, rules).values;
  // Refuses what is no table, with the words of the report.
  tableHtml(checkOptions('table-text'), 'table', table, 'Table');
  const columns = table.columns.map((column) => (typeof column === 'string' ? { label: column } : column));
  const cells = table.rows.map((row) =>
    row.map((cell, i) => (format === 'csv' ? asIs(cell) : shown(cell, columns[i]!))),
  );
  const heading = columns.map(({ label }) => (format === 'csv' ? label : cleanText(label)));
  if (format === 'csv') return [heading, ...cells].map((row) => `${row.map(quoted).join(',')}\n`).join('');
  const numeric = heading.map((_, i) => holdsNumbers(table.rows.map((row) => row[i]!)));
  const isNumeric = (i: number): boolean => numeric[i]!;
  if (format === 'text')
    return textTable(heading, cells, isNumeric, LEAST_WIDTH)
      .map((line) => `${line}\n`)
      .join('');
  const [first, ...rest] = lineUp(
    [heading, ...cells].map((row) => row.map(escaped)),
    isNumeric,
    LEAST_WIDTH,
  );
  const rule = first!.map((cell, i) =>
    numeric[i] ? `${'-'.repeat([...cell].length - 1)}:` : '-'.repeat([...cell].length),
  );
  return [first!, rule, ...rest].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

/** What Markdown's rule needs. */
const LEAST_WIDTH = 3;

const rules = { format: option.oneOf(['text', 'markdown', 'csv'], { default: 'text' }) };

const shown = (cell: ReportCell, { digits, unit = '' }: { digits?: number; unit?: string }): string =>
  cell === null
    ? '\u2013'
    : typeof cell === 'number'
      ? formatNumber(cell, digits) + unit
      : cleanText(String(cell));

const asIs = (cell: ReportCell): string => (cell === null ? '' : String(cell));

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const escaped = (cell: string): string =>
  cell.replace(/[\\|]/g, (character) => `\\${character}`).replace(/\s*[\r\n]+\s*/g, ' ');
