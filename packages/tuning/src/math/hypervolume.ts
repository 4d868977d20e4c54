import { dominates } from './pareto.js';

type Point = readonly number[];

/**
 * The volume that is dominated by some points, up to a reference point: costs, so smaller is better.
 *
 * Source: L. While, L. Bradstreet, L. Barone, "A fast way of calculating exact hypervolumes", IEEE Transactions on
 * Evolutionary Computation 16 (2012).
 *
 * @param points Points outside the reference box add nothing.
 */
export function hypervolume(points: readonly Point[], reference: Point): number {
  const inside = points.filter((point) => point.every((value, i) => value < reference[i]!));
  return volume(front(inside), reference);
}

function volume(points: readonly Point[], reference: Point): number {
  if (points.length === 0) return 0;
  if (reference.length === 1) return reference[0]! - Math.min(...points.map(([value]) => value!));
  // Sorted, each point adds its own box less what the points after it cover of that box.
  const sorted = [...points].sort((a, b) => b[0]! - a[0]!);
  return sorted.reduce((sum, point, i) => {
    const rest = sorted.slice(i + 1).map((other) => other.map((value, k) => Math.max(value, point[k]!)));
    const box = point.reduce((product, value, k) => product * (reference[k]! - value), 1);
    return sum + box - volume(front(rest), reference);
  }, 0);
}

function front(points: readonly Point[]): Point[] {
  const distinct = points.filter(
    (point, i) => !points.slice(0, i).some((p) => p.every((v, k) => v === point[k])),
  );
  return distinct.filter((point) => !distinct.some((other) => dominates(other, point)));
}

/**
 * The positions of `count` points that together dominate nearly the most volume: each time the point that adds most.
 * The greedy choice has at least 1 - 1/e of the best subset's volume.
 *
 * @param points Costs, none of which dominates another.
 */
export function bestSubset(points: readonly Point[], count: number): number[] {
  const reference = points[0]!.map((_, k) => referenceOf(Math.max(...points.map((point) => point[k]!))));
  const chosen: number[] = [];
  let left = points.map((_, i) => i);
  while (chosen.length < count && left.length > 0) {
    const volumes = left.map((i) =>
      hypervolume(
        [...chosen, i].map((j) => points[j]!),
        reference,
      ),
    );
    const most = volumes.reduce((best, value, i) => (value > volumes[best]! ? i : best), 0);
    chosen.push(left[most]!);
    left = left.filter((_, i) => i !== most);
  }
  return chosen;
}

/** A little worse than the worst, so that the worst point has a volume. */
function referenceOf(worst: number): number {
  return Math.max(1.1 * worst, 0.9 * worst) || 1e-12;
}
