/** One of the things that combinations are made of, with the number of its values. */
export interface Factor {
  readonly values: number;
}

/** Whether value `a` of factor `i` cannot go with value `b` of factor `j`; asked with i < j. */
export type Forbidden = (i: number, a: number, j: number, b: number) => boolean;

/**
 * Few combinations in which every two values of two factors meet at least once, unless they are forbidden to.
 *
 * Greedy: each row starts with a pair that is still missing, and takes for every other factor the value that brings the
 * most missing pairs with it. Always the same rows for the same factors.
 *
 * @param factors How many values each factor has, 1 or more.
 * @returns Rows of one value (counted from 0) per factor.
 * @throws Error where a pair is allowed, but no row around it is.
 */
export function allPairs(factors: readonly Factor[], forbidden: Forbidden = () => false): number[][] {
  const clash = (i: number, a: number, j: number, b: number): boolean =>
    i < j ? forbidden(i, a, j, b) : forbidden(j, b, i, a);
  const key = (i: number, a: number, j: number, b: number): string =>
    i < j ? `${i}.${a}-${j}.${b}` : `${j}.${b}-${i}.${a}`;
  const missing = new Map<string, readonly [number, number, number, number]>();
  factors.forEach((left, i) =>
    factors.slice(i + 1).forEach((right, offset) => {
      const j = i + 1 + offset;
      for (let a = 0; a < left.values; a++)
        for (let b = 0; b < right.values; b++)
          if (!forbidden(i, a, j, b)) missing.set(key(i, a, j, b), [i, a, j, b]);
    }),
  );

  const rows: number[][] = [];
  if (factors.length === 1) return Array.from({ length: factors[0]!.values }, (_, value) => [value]);
  while (missing.size > 0) {
    const [i, a, j, b] = missing.values().next().value!;
    const row = new Array<number | undefined>(factors.length).fill(undefined);
    row[i] = a;
    row[j] = b;
    const fits = (f: number, value: number): boolean =>
      row.every((chosen, other) => chosen === undefined || other === f || !clash(f, value, other, chosen));
    const gain = (f: number, value: number): number =>
      row.filter((chosen, other) => chosen !== undefined && missing.has(key(f, value, other, chosen))).length;
    if (!complete(row, factors, fits, gain, rows.length))
      throw new Error(`No row can hold value ${a} of factor ${i} and value ${b} of factor ${j}.`);
    row.forEach((left, x) => row.forEach((right, y) => x < y && missing.delete(key(x, left!, y, right!))));
    rows.push(row as number[]);
  }
  return rows;
}

/** Fills the gaps of a row, going back where the rest does not fit. */
function complete(
  row: (number | undefined)[],
  factors: readonly Factor[],
  fits: (factor: number, value: number) => boolean,
  gain: (factor: number, value: number) => number,
  turn: number,
): boolean {
  const f = row.indexOf(undefined);
  if (f < 0) return true;
  const { values } = factors[f]!;
  // Among equals another one each time, so that none is left for last.
  const candidates = Array.from({ length: values }, (_, n) => (n + turn) % values)
    .filter((value) => fits(f, value))
    .map((value) => ({ value, gain: gain(f, value) }))
    .sort((left, right) => right.gain - left.gain);
  for (const { value } of candidates) {
    row[f] = value;
    if (complete(row, factors, fits, gain, turn)) return true;
  }
  row[f] = undefined;
  return false;
}
