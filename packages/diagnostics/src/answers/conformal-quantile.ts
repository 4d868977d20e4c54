import { failData } from '../given-arrays.js';

/**
 * The `ceil((n + 1)(1 - alpha))`-th smallest score.
 *
 * @throws EspalierError `invalid-data` where there are not so many.
 */
export function conformalQuantile(scope: string, scores: readonly number[], alpha: number): number {
  const count = scores.length;
  // 10 x 0.3 comes out a little above 3: what rounding adds must not cost a rank.
  const rank = Math.ceil((count + 1) * (1 - alpha) - 1e-9);
  if (rank > count)
    failData(
      scope,
      `alpha ${alpha} needs at least ${Math.ceil(1 / alpha - 1 - 1e-9)} examples, got ${count}. Give more, or a larger alpha.`,
    );
  return [...scores].sort((a, b) => a - b)[rank - 1]!;
}
