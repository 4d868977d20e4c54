import { EspalierError, type OptionChecker } from '@espalier/core';

/** Numbers in an array of any kind. */
export type Numbers = ArrayLike<number>;

/** A table of numbers: rows of equal length, or flat data `[rows * columns]` in row-major order. */
export type MatrixLike =
  readonly Numbers[] | { readonly data: Numbers; readonly rows: number; readonly columns: number };

/** A table of numbers, flat and checked; `at` is unchecked. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** True for arrays of numbers of any kind; their content is not looked at. */
export function isNumbers(value: unknown): value is Numbers {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/**
 * @throws EspalierError `invalid-option` when it is no matrix; `invalid-data` when it is empty or its rows differ
 */
export function toMatrix(check: OptionChecker, scope: string, name: string, values: MatrixLike): Matrix {
  const refuse = (message: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message });
  };
  if (Array.isArray(values)) {
    const lines = values as readonly Numbers[];
    const first = lines[0];
    if (first === undefined) return refuse(`${name} is empty: give at least one row.`);
    lines.forEach((line, i) => {
      if (!isNumbers(line)) check.fail(`${name}[${i}]`, 'an array of numbers', line);
      if (line.length !== first.length) {
        refuse(
          `all rows of ${name} must have one length: row 0 has ${first.length}, row ${i} has ${line.length}.`,
        );
      }
    });
    if (first.length === 0) refuse(`${name} is empty: its rows have no columns.`);
    return { rows: lines.length, columns: first.length, at: (r, c) => lines[r]![c] ?? NaN };
  }
  if (typeof values !== 'object' || values === null || !('data' in values) || !isNumbers(values.data)) {
    return check.fail(name, 'an array of rows or { data, rows, columns }', values);
  }
  const { data, rows, columns } = values;
  check.integer(`${name}.rows`, rows, { min: 1 });
  check.integer(`${name}.columns`, columns, { min: 1 });
  if (data.length !== rows * columns) {
    refuse(`${name}.data must have rows * columns = ${rows * columns} numbers, got ${data.length}.`);
  }
  return { rows, columns, at: (r, c) => data[r * columns + c] ?? NaN };
}

/** The matrix with rows and columns exchanged. */
export function transposed({ rows, columns, at }: Matrix): Matrix {
  return { rows: columns, columns: rows, at: (r, c) => at(c, r) };
}
