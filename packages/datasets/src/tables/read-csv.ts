import { option, readOptions } from '@espalier/core';
import { invalidData } from '../invalid-data.js';
import type { CsvRow } from './csv-parser.js';
import type { CsvSource } from './csv-rows.js';
import { csvRows } from './csv-rows.js';
import { numberIn } from './number-in.js';
import { type NumberColumn, someOf, type Table, type TextColumn } from './table.js';

const SCOPE = 'read-csv';

/** How CSV files are read. */
export interface ReadCsvOptions {
  /** The character between cells. Default `','`, and an error where the first row then is one cell with `;`, a tab or `|` in it. */
  readonly separator?: string;
  /**
   * The first row names the columns; otherwise they are called '0', '1', ... Default true, and an error where all of its cells are
   * numbers: say true or false then.
   */
  readonly header?: boolean;
  /** The character before decimals: `','` as in `1,5`. Default `'.'`. */
  readonly decimal?: '.' | ',';
  /** Lines that begin with this character are passed over, e.g. `'#'`. Default: none. */
  readonly comment?: string;
  /** Only these columns. Default: all. */
  readonly columns?: readonly string[];
  /** What columns hold, by name. Default: numbers where every value that is not missing is one, otherwise text. */
  readonly types?: Readonly<Record<string, 'number' | 'text'>>;
  /** Cells that mean that a value is missing, blanks around them aside. Default `['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null']`. */
  readonly missing?: readonly string[];
  /** Only so many rows from the beginning. Default: all. */
  readonly rows?: number;
  /** Most rows that may be taken. Default 10 million. */
  readonly maxRows?: number;
}

/** What {@link ReadCsvOptions} may be. */
export const READ_RULES = {
  separator: option.custom<string, { readonly optional: true }>({
    expected: 'one character',
    accepts: (value) => typeof value === 'string' && value.length === 1 && !'"\r\n'.includes(value),
    optional: true,
  }),
  header: option.boolean({ optional: true }),
  decimal: option.oneOf(['.', ','], { default: '.' }),
  comment: option.custom<string, { readonly optional: true }>({
    expected: 'one character',
    accepts: (value) => typeof value === 'string' && value.length === 1 && !'"\r\n'.includes(value),
    optional: true,
  }),
  columns: option.names({ optional: true }),
  types: option.custom<Readonly<Record<string, 'number' | 'text'>>, { readonly optional: true }>({
    expected: "'number' or 'text' by the name of a column",
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length > 0 &&
      Object.values(value).every((type) => type === 'number' || type === 'text'),
    optional: true,
  }),
  missing: option.list<string, { readonly default: readonly string[] }>(option.text({ empty: true }), {
    default: ['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null'],
  }),
  rows: option.integer({ min: 1, optional: true }),
  maxRows: option.integer({ min: 1, default: 10_000_000 }),
};

/**
 * Reads a CSV file into a table: columns of numbers and of text, by name.
 *
 * Cells may be in double quotes; a row must have as many as the header. A column is one of numbers where each of its values
 * is a number or missing. Dates stay text. A file that is too large for memory is read as a stream by {@link csvStream}.
 *
 * @param source Text, bytes in UTF-8, or a stream of them: `createReadStream(path)` in Node, `response.body` in a browser.
 * @param options See {@link ReadCsvOptions}.
 * @returns Missing numbers are NaN, missing texts undefined.
 * @throws EspalierError `invalid-option`; `invalid-data` with line and column of the file.
 * @example
 * ```ts
 * const table = await readCsv('size,city,price\n80,"Delft, NL",300\n95,,350\n');
 * console.log(table.columns['price']!.values); // Float64Array [300, 350]
 * ```
 * @see RFC 4180.
 */
export async function readCsv(source: CsvSource, options: ReadCsvOptions = {}): Promise<Table> {
  const {
    separator,
    header,
    decimal,
    comment,
    columns,
    types = {},
    missing,
    rows,
    maxRows,
  } = readOptions(SCOPE, options, READ_RULES).values;
  const read: CsvRow[] = [];
  let names: readonly string[] | undefined;
  for await (const row of csvRows(source, { separator, comment }, SCOPE)) {
    if (!names) {
      names = namesBy(row, header, SCOPE);
      if (header !== false) continue;
    }
    checkWidth(row, names, SCOPE);
    if (read.push(row) > maxRows) {
      invalidData(SCOPE, `the file has more than ${maxRows} rows; raise maxRows, or use csvStream.`);
    }
    if (read.length === rows) break;
  }
  if (!names || read.length === 0) {
    invalidData(SCOPE, 'the file has no rows; it needs at least one beside the header.');
  }
  return tableFrom(read, names, { columns, types, missing, decimal }, SCOPE);
}

/** What {@link tableFrom} makes of rows. */
export interface TableFrom {
  readonly columns: readonly string[] | undefined;
  readonly types: Readonly<Record<string, 'number' | 'text'>>;
  readonly missing: readonly string[];
  readonly decimal: '.' | ',';
}

/** A table of rows of cells. */
export function tableFrom(
  rows: readonly CsvRow[],
  names: readonly string[],
  { columns, types, missing, decimal }: TableFrom,
  scope: string,
): Table {
  for (const name of [...(columns ?? []), ...Object.keys(types)]) {
    if (!names.includes(name)) {
      invalidData(scope, `there is no column '${name}'; the file has ${someOf(names)}.`);
    }
  }
  const isMissing = new Set(missing);
  const entries = names.flatMap((name, index): [string, NumberColumn | TextColumn][] =>
    columns && !columns.includes(name)
      ? []
      : [[name, columnFrom(rows, { index, name, type: types[name], decimal }, isMissing, scope)]],
  );
  return { size: rows.length, columns: Object.fromEntries(entries) };
}

/**
 * The names of the columns by the first row: those of the header, checked, or numbers.
 *
 * @throws EspalierError `invalid-data` for a name that is missing or there twice, and for a header of numbers that nobody asked for:
 *   it is a row of a file without one, which would be lost.
 */
export function namesBy(
  { cells, line }: CsvRow,
  header: boolean | undefined,
  scope: string,
): readonly string[] {
  if (header === false) return cells.map((_, i) => String(i));
  const names = cells.map((cell) => cell.trim());
  if (header === undefined && names.every((name) => numberIn(name, '.') !== undefined)) {
    invalidData(
      scope,
      `line ${line} holds the numbers ${someOf(names)}; pass header: false where the file has no header, true where they are names.`,
    );
  }
  const first = new Map<string, number>();
  names.forEach((name, i) => {
    if (name === '')
      invalidData(scope, `line ${line}, column ${i + 1}: the header has no name here; give it one.`);
    if (first.has(name)) {
      invalidData(
        scope,
        `line ${line}, column ${i + 1}: '${name}' is the name of column ${first.get(name)! + 1}, too.`,
      );
    }
    first.set(name, i);
  });
  return names;
}

/** Refuses a row with more or fewer cells than there are columns. */
export function checkWidth({ cells, line }: CsvRow, names: readonly string[], scope: string): void {
  if (cells.length === names.length) return;
  invalidData(
    scope,
    `line ${line} has ${cells.length} cells, there are ${names.length} columns (${someOf(names)}); ` +
      'look for a separator too many or few, put cells that hold one in quotes, and name the character of comments in comment.',
  );
}

function columnFrom(
  rows: readonly CsvRow[],
  {
    index,
    name,
    type,
    decimal,
  }: {
    readonly index: number;
    readonly name: string;
    readonly type: 'number' | 'text' | undefined;
    readonly decimal: '.' | ',';
  },
  missing: ReadonlySet<string>,
  scope: string,
): NumberColumn | TextColumn {
  if (type !== 'text') {
    const values = new Float64Array(rows.length);
    const bad = rows.findIndex(({ cells }, row) => {
      const cell = cells[index]!;
      const value = missing.has(cell.trim()) ? NaN : numberIn(cell, decimal);
      values[row] = value ?? NaN;
      return value === undefined;
    });
    if (bad < 0) return { kind: 'number', values };
    if (type === 'number') {
      const { line, cells } = rows[bad]!;
      invalidData(
        scope,
        `line ${line}, column ${index + 1} ('${name}') must be a number, got '${cells[index]}'; ` +
          'repair it, or name it in missing.',
      );
    }
  }
  return {
    kind: 'text',
    values: rows.map(({ cells }) => (missing.has(cells[index]!.trim()) ? undefined : cells[index]!)),
  };
}
