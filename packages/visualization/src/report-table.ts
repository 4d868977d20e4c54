import { EspalierError, type OptionChecker } from '@espalier/core';
import { checkText } from './check-chart.js';
import { escapeHtml, formatNumber } from './text.js';

/** A column of a table, by its heading alone or with the way it is shown. */
export interface ReportColumn {
  /** Heading. */
  readonly label: string;
  /** Decimals of its numbers, 0 to 20. Default: four significant digits. */
  readonly digits?: number;
  /** Follows each number, e.g. `%` or ` s`. */
  readonly unit?: string;
  /** Sets the largest or smallest number in bold. */
  readonly best?: 'max' | 'min';
}

/** Text, a number, or null for nothing. */
export type ReportCell = string | number | boolean | null;

/** A table of a report. Columns that hold numbers, or texts that begin with one (`98.2 \u00b1 0.1`), are aligned on the right with figures of one width. */
export interface ReportTable {
  readonly columns: readonly (string | ReportColumn)[];
  /** One cell per column each. */
  readonly rows: readonly (readonly ReportCell[])[];
}

/**
 * A table as HTML; everything in it is escaped.
 *
 * @param links - addresses for texts of the first column
 * @throws EspalierError `invalid-option` for what is no table; `invalid-data` for a row with too few or many cells
 */
export function tableHtml(
  check: OptionChecker,
  name: string,
  table: ReportTable,
  links: ReadonlyMap<string, string> = new Map(),
): string {
  const { columns, rows } = table ?? {};
  if (!Array.isArray(columns) || columns.length === 0)
    check.fail(`${name}.columns`, 'an array of columns', columns);
  if (!Array.isArray(rows)) check.fail(`${name}.rows`, 'an array of rows', rows);
  const shown = (columns as ReportTable['columns']).map((column, index) => {
    const full: ReportColumn = typeof column === 'string' ? { label: column } : column;
    const where = `${name}.columns[${index}]`;
    if (typeof full?.label !== 'string') check.fail(where, 'a text or { label }', column);
    if (full.digits !== undefined) check.integer(`${where}.digits`, full.digits, { min: 0, max: 20 });
    if (full.best !== undefined) check.oneOf(`${where}.best`, full.best, ['max', 'min']);
    checkText(check, `${where}.unit`, full.unit);
    return full;
  });
  for (const [index, row] of rows.entries()) checkRow(check, `${name}.rows[${index}]`, row, shown.length);

  const formats = shown.map((column, index) => {
    const numbers = rows.flatMap((row) => numberOf(row[index]!) ?? []);
    const isNumeric =
      numbers.length > 0 && rows.every((row) => row[index] === null || numberOf(row[index]!) !== undefined);
    const finite = numbers.filter(Number.isFinite);
    const best =
      column.best === 'max' ? Math.max(...finite) : column.best === 'min' ? Math.min(...finite) : undefined;
    return { ...column, isNumeric, best: finite.length > 1 ? best : undefined };
  });
  type Format = (typeof formats)[number];
  const cell = (value: ReportCell, format: Format, index: number): string => {
    const tag = index === 0 ? 'th scope="row"' : 'td';
    const text =
      value === null
        ? '\u2013'
        : typeof value === 'number'
          ? escapeHtml(formatNumber(value, format.digits) + (format.unit ?? ''))
          : escapeHtml(String(value));
    const link = index === 0 && typeof value === 'string' ? links.get(value) : undefined;
    const linked = link === undefined ? text : `<a href="#${link}">${text}</a>`;
    const isBest = format.best !== undefined && format.isNumeric && numberOf(value) === format.best;
    return `<${tag}${format.isNumeric ? ' class="n"' : ''}>${isBest ? `<b>${linked}</b>` : linked}</${tag.slice(0, 2)}>`;
  };
  const head = formats
    .map(
      ({ label, isNumeric }) => `<th scope="col"${isNumeric ? ' class="n"' : ''}>${escapeHtml(label)}</th>`,
    )
    .join('');
  const body = rows
    .map(
      (row: readonly ReportCell[]) =>
        `<tr>${row.map((value, index) => cell(value, formats[index]!, index)).join('')}</tr>`,
    )
    .join('\n');
  return `<div class="table"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

/** The number that a cell is or begins with: `98.2`, `98.2 %`, `98.2 \u00b1 0.1`, `1,234`. */
function numberOf(cell: ReportCell): number | undefined {
  if (typeof cell === 'number') return cell;
  if (typeof cell !== 'string') return undefined;
  const match =
    /^\s*([-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?)\s*(?:%|[a-z]{1,3})?(?:\s*(?:\u00b1|\+-).*)?\s*$/i.exec(
      cell,
    );
  return match === null ? undefined : Number(match[1]!.replace('\u2212', '-').replaceAll(',', ''));
}

function checkRow(check: OptionChecker, name: string, row: readonly ReportCell[], count: number): void {
  if (!Array.isArray(row)) check.fail(name, 'an array of cells', row);
  if (row.length !== count) {
    throw new EspalierError({
      code: 'invalid-data',
      scope: 'html-report',
      message: `${name} must have ${count} cells, one per column, got ${row.length}.`,
    });
  }
  for (const [index, value] of row.entries()) {
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) {
      check.fail(`${name}[${index}]`, 'a text, a number or null', value);
    }
  }
}
