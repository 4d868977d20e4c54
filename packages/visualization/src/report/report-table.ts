import { EspalierError, type OptionChecker } from '@espalier/core';
import { checkText } from '../drawing/check-chart.js';
import { escapeHtml, formatNumber } from '../drawing/text.js';

/** A column of a table, by its heading alone or with the way it is shown. */
export interface ReportColumn {
  /** Heading. */
  readonly label: string;
  /** Decimals of its numbers, 0 to 20. Default: four significant digits. */
  readonly digits?: number;
  /** Follows each number, e.g. `%` or ` s`. */
  readonly unit?: string;
  /** Sets a star before the largest or smallest number, and a \u2248 before those that are no further from it than the \u00b1 of both explain. */
  readonly best?: 'max' | 'min';
}

/** Text, a number, or null for nothing. */
export type ReportCell = string | number | boolean | null;

/** A table of a report. Columns that hold numbers, or texts that begin with one (`98.2 \u00b1 0.1`), are aligned on the right with figures of one width. */
export interface ReportTable {
  readonly columns: readonly (string | ReportColumn)[];
  /** One cell per column each. */
  readonly rows: readonly (readonly ReportCell[])[];
  /** Other pages that texts of the first column lead to: an address of http or https, or a path. Default none. */
  readonly links?: Readonly<Record<string, string>>;
}

/**
 * A table as HTML; everything in it is escaped.
 *
 * @param title - what the table is called where it is scrolled or read aloud
 * @param links - addresses for texts of the first column
 * @throws EspalierError `invalid-option` for what is no table; `invalid-data` for a row with too few or many cells
 */
export function tableHtml(
  check: OptionChecker,
  name: string,
  table: ReportTable,
  title: string,
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
  const pages = new Map(Object.entries(table.links ?? {}));
  for (const [text, address] of pages)
    if (typeof address !== 'string' || !isPage(address))
      check.fail(`${name}.links['${text}']`, 'an address of http or https, or a path', address);

  const formats = shown.map((column, index) => {
    const cells = rows.map((row) => row[index]!);
    const numbers = cells.flatMap((cell) => numberOf(cell) ?? []);
    const isNumeric = holdsNumbers(cells);
    const finite = numbers.filter(Number.isFinite);
    const best =
      column.best === 'max' ? Math.max(...finite) : column.best === 'min' ? Math.min(...finite) : undefined;
    const winner = rows.map((row) => valueOf(row[index]!)).find((value) => value?.value === best);
    return { ...column, isNumeric, best: finite.length > 1 ? best : undefined, winner };
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
    const [page, part] = index === 0 && typeof value === 'string' ? [pages.get(value), links.get(value)] : [];
    const address = page ?? (part === undefined ? undefined : `#${part}`);
    const linked = address === undefined ? text : `<a href="${escapeHtml(address)}">${text}</a>`;
    const isBest = format.best !== undefined && format.isNumeric && numberOf(value) === format.best;
    const own = valueOf(value);
    const isClose =
      !isBest && format.best !== undefined && own && format.winner && closeTo(own, format.winner);
    const shown = isBest ? `<b>${linked}</b>` : isClose ? `${notWorse}${linked}` : linked;
    const looks = format.isNumeric ? ' class="n"' : text.length > longText ? ' class="long"' : '';
    return `<${tag}${looks}>${shown}</${tag.slice(0, 2)}>`;
  };
  const head = formats
    .map(
      ({ label, isNumeric }) =>
        `<th scope="col"${isNumeric ? ' class="n"' : ''}>${escapeHtml(label).replaceAll('_', '_<wbr>')}</th>`,
    )
    .join('');
  const body = rows
    .map(
      (row: readonly ReportCell[]) =>
        `<tr>${row.map((value, index) => cell(value, formats[index]!, index)).join('')}</tr>`,
    )
    .join('\n');
  const marks = [
    ...(body.includes('<b>') ? ['\u2605 best of its column'] : []),
    ...(body.includes(notWorse) ? [`\u2248 ${closeMeans}`] : []),
  ];
  const caption = `<caption><span class="said">${escapeHtml(title)}</span>${marks.length > 0 ? `<span>${marks.join(', ')}</span>` : ''}</caption>`;
  // A table that scrolls is reached by the keyboard.
  return `<div class="table" role="group" aria-label="${escapeHtml(title)}" tabindex="0" style="--columns:${shown.length}"><table>\n${caption}\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

/** Texts of more characters wrap. */
const longText = 50;

/** No script, and no scheme but that of the web; nor anything that browsers leave out or turn round before they look for one. */
const isPage = (address: string): boolean =>
  /^[^\u0000-\u0020\\]+$/.test(address) && /^(?:https?:\/\/|(?![a-z][a-z\d+.-]*:)(?!\/\/))/i.test(address);

const closeMeans = 'no further from the best than the spreads explain';
const notWorse = `<span title="${closeMeans}">\u2248 </span>`;

/** Whether the cells of a column are numbers or texts that begin with one: such columns are aligned on the right. */
export function holdsNumbers(cells: readonly ReportCell[]): boolean {
  const given = cells.filter((cell) => cell !== null);
  return given.length > 0 && given.every((cell) => numberOf(cell) !== undefined);
}

/** The number that a cell is or begins with: `98.2`, `98.2 %`, `98.2 \u00b1 0.1`, `1,234`. */
const numberOf = (cell: ReportCell): number | undefined => valueOf(cell)?.value;

interface Value {
  readonly value: number;
  /** What follows \u00b1, where something does. */
  readonly spread?: number | undefined;
}

/** Whether two values are no further apart than their spreads, added as independent ones, explain. */
function closeTo(one: Value, other: Value): boolean {
  if (one.spread === undefined || other.spread === undefined) return false;
  return Math.abs(one.value - other.value) <= Math.hypot(one.spread, other.spread);
}

function valueOf(cell: ReportCell): Value | undefined {
  if (typeof cell === 'number') return { value: cell };
  if (typeof cell !== 'string') return undefined;
  const match =
    /^\s*([-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?)\s*(?:%|[a-z]{1,3})?(?:\s*(?:\u00b1|\+-)\s*([\d.]+(?:e[-+]?\d+)?)?.*)?\s*$/i.exec(
      cell,
    );
  if (match === null) return undefined;
  return {
    value: Number(match[1]!.replace('\u2212', '-').replaceAll(',', '')),
    spread: match[2] === undefined ? undefined : Number(match[2]),
  };
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
