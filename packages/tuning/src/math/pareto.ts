/** Whether `a` is nowhere worse than `b` and somewhere better; both are costs. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
}

/**
 * The rank of each point: 0 for those that none dominates, 1 for those that only points of rank 0 dominate, and so on.
 *
 * Source: X. Zhang et al., "An efficient approach to nondominated sorting for evolutionary multiobjective optimization", 2015.
 *
 * @param points Costs, one list for each point.
 */
export function nonDominationRanks(points: readonly (readonly number[])[]): number[] {
  const ranks = new Array<number>(points.length);
  const fronts: (readonly number[])[][] = [];
  // In lexicographic order no point comes before one that dominates it.
  const order = points.map((_, i) => i).sort((a, b) => lexicographic(points[a]!, points[b]!));
  for (const i of order) {
    const point = points[i]!;
    const free = fronts.findIndex((front) => !front.some((other) => dominates(other, point)));
    ranks[i] = free < 0 ? fronts.length : free;
    (fronts[ranks[i]] ??= []).push(point);
  }
  return ranks;
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1;
}
