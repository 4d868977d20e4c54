import { invalidData } from '../invalid-data.js';
import type { NumberColumn, TextColumn } from './table.js';

const PATTERNS = {
  '.': /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  ',': /^[+-]?(\d+,?\d*|,\d+)(e[+-]?\d+)?$/i,
};

/** A cell as a number; `undefined` where it is none. Blanks around it are left out; infinity is no number here. */
export function numberIn(cell: string, decimal: '.' | ','): number | undefined {
  const text = cell.trim();
  if (!PATTERNS[decimal].test(text)) return undefined;
  const value = Number(decimal === ',' ? text.replace(',', '.') : text);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * Refuses text that was meant as numbers, where nobody said what it is: one damaged cell would make categories of a whole column.
 *
 * @param instead The option that says that it is text.
 * @throws EspalierError `invalid-data` with the first cell that is no number.
 */
export function refuseNumbersInText(
  name: string,
  column: NumberColumn | TextColumn,
  instead: string,
  scope: string,
): void {
  if (column.kind === 'number') return;
  const isNumber = (value: string | undefined): boolean =>
    value !== undefined && numberIn(value, '.') !== undefined;
  const isOther = (value: string | undefined): boolean =>
    value !== undefined && numberIn(value, '.') === undefined;
  const row = column.values.findIndex(isOther);
  const otherwise = `or say that it is text: ${instead}.`;
  if (column.values.some(isNumber)) {
    invalidData(
      scope,
      `column '${name}' holds numbers, and in row ${row} '${column.values[row]}'; repair it, name it in missing of readCsv, ${otherwise}`,
    );
  }
  if (column.values.every((value) => value === undefined || numberIn(value, ',') !== undefined)) {
    invalidData(
      scope,
      `column '${name}' holds numbers with a decimal comma, such as '${column.values[row]}'; read it with decimal: ',', ${otherwise}`,
    );
  }
}
