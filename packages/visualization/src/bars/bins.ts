import { EspalierError, option, type OptionChecker } from '@espalier/core';
import { axisDomain, extent, isDrawable } from '../drawing/domain.js';
import { isNumbers, type Numbers } from '../drawing/matrix.js';

/** Counted values: `counts[i]` of them lie in `[edges[i], edges[i + 1])`, the last bin including its upper edge. */
export interface Bins {
  /** Ascending, one more than `counts`. */
  readonly edges: Numbers;
  /** Whole or fractional, >= 0. */
  readonly counts: Numbers;
}

/** The option that takes them. */
export const binsRule = () =>
  option.custom<Bins, { readonly optional: true }>({
    optional: true,
    expected: '{ edges, counts }',
    accepts: (value) => typeof value === 'object' && value !== null,
    toJson: () => null,
  });

/** Counts values into `binCount` bins of equal width over their extent; those that cannot be drawn are left out. */
export function countIntoBins(
  values: Numbers,
  binCount: number,
): { bins: Bins; missing: number } | undefined {
  const ends = extent(Array.from(values));
  if (ends === undefined) return undefined;
  const [low, high] = axisDomain(ends);
  const edges = Array.from({ length: binCount + 1 }, (_, i) =>
    i === binCount ? high : low + ((high - low) * i) / binCount,
  );
  const counts = new Array<number>(binCount).fill(0);
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!isDrawable(value)) {
      missing++;
      continue;
    }
    let bin = Math.min(binCount - 1, Math.floor(((value - low) / (high - low)) * binCount));
    // The division rounds; the edges decide.
    if (bin > 0 && value < edges[bin]!) bin--;
    else if (bin < binCount - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { bins: { edges, counts }, missing };
}

/**
 * Checks bins that were counted elsewhere.
 *
 * @throws EspalierError `invalid-option` for what are no bins; `invalid-data` for edges that do not ascend, a count
 * below 0 or not finite, or numbers of edges and counts that do not belong together
 */
export function checkBins(check: OptionChecker, scope: string, bins: Bins): Bins {
  const refuse = (message: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message });
  };
  const { edges, counts } = bins ?? {};
  if (!isNumbers(edges) || !isNumbers(counts)) check.fail('bins', '{ edges, counts }, two arrays', bins);
  if (counts.length === 0) refuse('bins are empty: give at least one.');
  if (edges.length !== counts.length + 1) {
    refuse(`bins need one more edge than counts, got ${edges.length} edges and ${counts.length} counts.`);
  }
  for (let i = 0; i < edges.length; i++) {
    if (!isDrawable(edges[i])) refuse(`bin edge ${i} must be a finite number, got ${String(edges[i])}.`);
    if (i > 0 && edges[i]! <= edges[i - 1]!) {
      refuse(`bin edges must ascend: edge ${i} is ${edges[i]} after ${edges[i - 1]}.`);
    }
  }
  for (let i = 0; i < counts.length; i++) {
    if (!isDrawable(counts[i]) || counts[i]! < 0) {
      refuse(`count ${i} must be a finite number >= 0, got ${String(counts[i])}.`);
    }
  }
  return bins;
}
