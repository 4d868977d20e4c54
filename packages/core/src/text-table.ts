/**
 * Rows with their columns lined up, each cell padded to the widest of its column.
 *
 * @param rows The heading among them; all of one length.
 * @param isNumeric Whether a column's cells stand at the right.
 * @param least Characters of a column at least. Default 0.
 * @example
 * ```ts
 * import { lineUp } from '@espalier/core/internal';
 *
 * lineUp([['run', 'loss'], ['a', '0.5']], (column) => column > 0); // [['run', 'loss'], ['a  ', ' 0.5']]
 * ```
 */
export function lineUp(
  rows: readonly (readonly string[])[],
  isNumeric: (column: number) => boolean,
  least = 0,
): string[][] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(least, ...rows.map((row) => lengthOf(row[i]!))));
  return rows.map((row) =>
    row.map((cell, i) => {
      const room = ' '.repeat(widths[i]! - lengthOf(cell));
      return isNumeric(i) ? room + cell : cell + room;
    }),
  );
}

/** Rows as lines of text, columns two spaces apart. */
export const textLines = (rows: readonly (readonly string[])[]): string[] =>
  rows.map((row) => row.join('  ').trimEnd());

/** A heading, dashes under it, and rows, lined up, as lines of text. */
export function textTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  isNumeric: (column: number) => boolean,
  least = 0,
): string[] {
  const [first, ...rest] = lineUp([heading, ...rows], isNumeric, least);
  const rule = first!.map((cell) => '-'.repeat(lengthOf(cell)));
  return textLines([first!, rule, ...rest]);
}

const lengthOf = (cell: string): number => [...cell].length;
