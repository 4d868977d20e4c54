/** Entries in so many groups of neighbours, as equal as can be; none of no entries. */
export function groupsOf(entries: readonly number[], count: number): readonly (readonly number[])[] {
  const size = Math.max(1, Math.ceil(entries.length / count));
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, i) =>
    entries.slice(i * size, (i + 1) * size),
  );
}

/**
 * Which way each of some entries moves, 1 or -1, so that by back-propagation the objective stays where it is: what moves it, then, is an
 * error, and no share of a large sum has to be allowed. At random, and turned round from the largest gradient on until the sum is near 0.
 *
 * @param turns A number from 0 to 1 for each entry of the parameter.
 */
export function balancedSigns(
  entries: readonly number[],
  gradient: ArrayLike<number>,
  turns: ArrayLike<number>,
): readonly number[] {
  const signs = entries.map((i): number => (turns[i]! < 0.5 ? -1 : 1));
  let sum = entries.reduce((total, i, k) => total + signs[k]! * gradient[i]!, 0);
  const bySize = Array.from(entries.keys()).sort(
    (a, b) => Math.abs(gradient[entries[b]!]!) - Math.abs(gradient[entries[a]!]!),
  );
  for (const k of bySize) {
    const change = 2 * signs[k]! * gradient[entries[k]!]!;
    if (!(change * sum > 0 && Math.abs(change) <= Math.abs(sum))) continue;
    sum -= change;
    signs[k] = -signs[k]!;
  }
  return signs;
}

/** What came out where some entries moved together. */
interface Found {
  readonly verdict: string;
  readonly analytic: number;
  readonly value: number;
}

/**
 * An entry that is wrong, looked for by halves among some that are wrong together; none where none shows. Looks into the half first that
 * is further off, and gives up after a few: where many are off by little, none of them is wrong.
 */
export function suspectAmong(
  entries: readonly number[],
  along: (entries: readonly number[]) => Found,
): readonly number[] {
  let left = 4 * Math.ceil(Math.log2(entries.length + 1));
  const search = (among: readonly number[]): readonly number[] => {
    if (among.length === 1) return among;
    const halves = groupsOf(among, 2).flatMap((half) => {
      if (left-- <= 0) return [];
      const { verdict, analytic, value } = along(half);
      const off = Math.abs(analytic - value);
      return verdict === 'wrong' ? [{ half, off: Number.isFinite(off) ? off : Infinity }] : [];
    });
    for (const { half } of halves.sort((a, b) => b.off - a.off)) {
      const found = search(half);
      if (found.length > 0) return found;
    }
    return [];
  };
  return search(entries);
}
