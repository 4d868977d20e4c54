import { textTable } from '@espalier/core/internal';

/** Rows under a heading, columns lined up; numbers to the right. */
export function tableOf(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = (column: number): boolean =>
    rows.every((row) => row[column] === '' || !Number.isNaN(Number(row[column])));
  return textTable(heading, rows, isNumeric).join('\n');
}

/** A number with six digits, anything else as it is. */
export function shortNumber(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(6)))
    : String(value);
}
