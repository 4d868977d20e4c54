import { formatNumber } from './text.js';
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
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= unit && size < 1e12)
      return `${formatNumber(Number((rounded / unit).toPrecision(digits)))}${letter}`;
  }
  return formatNumber(rounded);
}

/** Numbers as they are, with three and two digits, and with one: what {@link fitTexts} chooses from. */
export function numberWays(values: readonly number[]): string[][] {
  return [
    values.map((value) =>
      formatNumber(Number.isInteger(value) && Math.abs(value) < 1e6 ? value : Number(value.toPrecision(3))),
    ),
    ...[2, 1].map((digits) => values.map((value) => shortNumber(value, digits))),
  ];
}
