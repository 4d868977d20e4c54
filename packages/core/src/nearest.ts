/**
 * The name out of `known` that was probably meant by `name`: the same but for case, `_` and `-`, or within a few typing
 * errors. `undefined` where none is near.
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const plain = plainOf(name);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, plainOf(candidate), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `; did you mean 'name'?` where one of `known` is near, else nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const found = nearest(name, known);
  return found === undefined ? '' : ` Did you mean '${found}'?`;
}

function plainOf(name: string): string {
  return name
    .slice(0, 100)
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '');
}

/** Insertions, deletions, replacements and swaps of neighbours that make `a` into `b`; `limit` where it is not less. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
