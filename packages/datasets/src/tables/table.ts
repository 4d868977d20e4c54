import { checkOptions } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';

/** A column of numbers; NaN where a value is missing. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly values: Float64Array;
}

/** A column of text: names of categories, dates, anything; `undefined` where a value is missing. */
export interface TextColumn {
  readonly kind: 'text';
  readonly values: readonly (string | undefined)[];
}

/** Rows of named columns, e.g. of a CSV file. */
export interface Table {
  /** Number of rows. */
  readonly size: number;
  /** By name, in the order of the file; names that are whole numbers come first, as in every object. */
  readonly columns: Readonly<Record<string, NumberColumn | TextColumn>>;
}

/**
 * Some rows of a table, by number and in this order.
 *
 * @throws EspalierError `invalid-data` for a row that there is not.
 * @example
 * ```ts
 * const table = await readCsv('x,y\n1,a\n2,b\n3,a\n');
 * const firstTwo = tableRows(table, [0, 1]);
 * ```
 */
export function tableRows(table: Table, rows: ArrayLike<number>): Table {
  const numbers = Array.from(rows);
  const bad = numbers.find((row) => !Number.isInteger(row) || row < 0 || row >= table.size);
  if (bad !== undefined) {
    invalidData('table-rows', `rows must be 0 to ${table.size - 1}, got ${describe(bad)}.`);
  }
  return {
    size: numbers.length,
    columns: Object.fromEntries(
      Object.entries(table.columns).map(([name, column]) => [
        name,
        column.kind === 'number'
          ? { kind: column.kind, values: Float64Array.from(numbers, (row) => column.values[row]!) }
          : { kind: column.kind, values: numbers.map((row) => column.values[row]) },
      ]),
    ),
  };
}

/** Names for a message: a file may have thousands. */
export function someOf(names: readonly string[]): string {
  return names.length <= 20
    ? names.join(', ')
    : `${names.slice(0, 20).join(', ')}, ... (${names.length} in all)`;
}

/** A column by name. */
export function columnOf(
  table: Table,
  name: string,
  scope: string,
  option: string,
): NumberColumn | TextColumn {
  const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (!column) {
    return checkOptions(scope).fail(option, `one of the columns ${someOf(Object.keys(table.columns))}`, name);
  }
  return column;
}
