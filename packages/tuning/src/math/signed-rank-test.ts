import { normalCdf } from './normal-distribution.js';

/**
 * The p-value of Wilcoxon's signed-rank test that some differences are not shifted above zero.
 *
 * Zeros count half to each side. Exact without ties up to 50 differences, and with ties and zeros up to 13; beyond that
 * by the normal distribution.
 *
 * @param differences At least one, none NaN.
 * @returns Small where the differences are likely positive.
 * Source: F. Wilcoxon, "Individual comparisons by ranking methods", 1945; reference: `scipy.stats.wilcoxon` with
 * `alternative="greater"` and `zero_method="zsplit"`.
 */
export function signedRankTest(differences: readonly number[]): number {
  const n = differences.length;
  const sizes = differences.map(Math.abs);
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[a]! - sizes[b]!);
  const ranks = new Array<number>(n);
  const ties: number[] = [];
  for (let start = 0; start < n;) {
    let end = start;
    while (end < n && sizes[order[end]!] === sizes[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    ties.push(end - start);
    start = end;
  }
  const positive = ranks.reduce(
    (sum, rank, i) => sum + (differences[i]! > 0 ? rank : differences[i] === 0 ? rank / 2 : 0),
    0,
  );
  const plain = ties.every((count) => count === 1) && !differences.includes(0);
  if (n <= (plain ? 50 : 13)) return exactTail(differences, ranks);
  const mean = (n * (n + 1)) / 4;
  const tied = ties.reduce((sum, count) => sum + count * count * count - count, 0);
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1) - tied / 2) / 24);
  return deviation === 0 ? 1 : normalCdf(-(positive - mean) / deviation);
}

/** The share of all ways to give signs to the ranks that have at least the observed positive sum. */
function exactTail(differences: readonly number[], ranks: readonly number[]): number {
  // Doubled, ranks are whole numbers, ties included. Zeros add the same to every outcome and are left out.
  const doubled = ranks.filter((_, i) => differences[i] !== 0).map((rank) => Math.round(2 * rank));
  const observed = ranks.reduce((sum, rank, i) => sum + (differences[i]! > 0 ? Math.round(2 * rank) : 0), 0);
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const shares = new Float64Array(total + 1);
  shares[0] = 1;
  for (const rank of doubled) {
    for (let sum = total; sum >= 0; sum--)
      shares[sum] = (shares[sum]! + (sum >= rank ? shares[sum - rank]! : 0)) / 2;
  }
  return shares.slice(observed).reduce((sum, share) => sum + share, 0);
}
