import { extent } from './domain.js';
import { digitsApart, formatNumber } from './text.js';
import { textWidth } from './text-width.js';

/** Texts of one size that fit into cells. */
export interface FittedTexts {
  readonly fontSize: number;
  readonly texts: readonly string[];
}

const sizes = [11, 10, 9, 8];

/**
 * The first way of writing whose longest text fits into a cell, in the largest size that does; `undefined` when none
 * fits even in 8 px.
 *
 * @param ways - the texts of all cells in several ways, the best first
 */
export function fitTexts(
  ways: readonly (readonly string[])[],
  cellWidth: number,
  cellHeight: number,
): FittedTexts | undefined {
  for (const texts of ways) {
    const widest = Math.max(0, ...texts.map((text) => textWidth(text, 1)));
    const fontSize = sizes.find((size) => widest * size <= cellWidth - 4 && size * 1.2 <= cellHeight);
    if (fontSize !== undefined) return { fontSize, texts };
  }
  return undefined;
}

/** A number in as few letters as keep `digits` significant digits: `80k`, `1.2M`, `0.31`. */
export function shortNumber(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  for (const [unit, letter] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= unit && size < 1e15)
      return `${formatNumber(Number((rounded / unit).toPrecision(digits)))}${letter}`;
  }
  return formatNumber(rounded);
}

/**
 * Numbers as they are, with three and two digits, and with one: what {@link fitTexts} chooses from. Never with fewer digits than tell the
 * smallest from the largest: cells of different colours would read alike.
 */
export function numberWays(values: readonly number[]): string[][] {
  const ends = extent(values) ?? [0, 0];
  const largest = Math.max(Math.abs(ends[0]), Math.abs(ends[1]));
  const least = ends[1] > ends[0] ? Math.floor(Math.log10(largest)) + 1 - Math.log10(ends[1] - ends[0]) : 1;
  const digits = Math.min(17, Math.max(3, Math.ceil(least)));
  return [
    values.map((value) =>
      formatNumber(
        Number.isInteger(value) && Math.abs(value) < 1e6 ? value : Number(value.toPrecision(digits)),
        digits > 4 ? digitsApart(ends) : undefined,
      ),
    ),
    ...[Math.max(2, Math.ceil(least)), 1]
      .filter((count) => count >= least)
      .filter((count) => ends[0] === ends[1] || shortNumber(ends[0], count) !== shortNumber(ends[1], count))
      .map((count) => values.map((value) => shortNumber(value, count))),
  ];
}
