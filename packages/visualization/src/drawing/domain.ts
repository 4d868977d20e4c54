/** Axes of less than this would underflow between ticks. */
const smallest = 1e-290;

/** True for a number that can be placed on an axis. Beyond 1e300 the width of an axis would overflow. */
export function isDrawable(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 1e300;
}

/** The drawable value, or null: what JSON has for a gap. */
export function drawableOrNull(value: unknown): number | null {
  return isDrawable(value) ? value : null;
}

/** Smallest and largest drawable value, or undefined when there is none. */
export function extent(values: Iterable<number | null>): [number, number] | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    if (!isDrawable(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : undefined;
}

/**
 * The ends of a linear axis for values within `[min, max]`. A single value gets room on both sides, for an axis of
 * width zero has no ticks and no middle.
 */
export function axisDomain([min, max]: readonly [number, number]): [number, number] {
  // Closer than float64 can part into ticks counts as one value.
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (max - min > Math.max(size * 1e-12, smallest)) return [min, max];
  const room = size > smallest ? Math.abs(min) * 0.1 : 1;
  return [min - room, max + room];
}

/** Rounds to so many significant digits, those that all numbers within a range share not counted. */
export function roundingWithin(
  [low, high]: readonly [number, number],
  digits: number,
): (value: number) => number {
  const shared = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low)));
  const all = Math.min(17, digits + Math.max(0, shared));
  return (value) => Number(value.toPrecision(all));
}
