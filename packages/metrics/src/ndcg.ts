import type { EvaluationMetric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { log } from '@espalier/core/internal';
import type { RankingOptions } from './ranking.js';
import { RANKING_RULES, rankingMetric } from './ranking.js';

/** Options of {@link ndcg}. */
export type NdcgOptions<Name extends string = 'ndcg'> = RankingOptions<Name>;

/**
 * Normalised discounted cumulative gain: relevant items count less the lower they are, from 0 to 1.
 *
 * ```text
 * dcg = sum_{i <= k} relevance_i / log2(i + 1);   ndcg = mean over queries of dcg / dcg of the best order
 * ```
 *
 * Relevance may be graded; items that tie share the mean of their relevance. 0 for a query without a relevant item.
 * An item with a relevance below 0 is none: it pads a list that is shorter than others. Of equal scores the first item comes first.
 *
 * @param options.k How many of the highest items count, >= 1. Default: all.
 * @param options.maxExamples Queries that are kept, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `ndcg`.
 * @returns A {@link Metric} of evaluations alone (`val_ndcg`): outputs `[N, L]`, scores of the L items of each query; targets `[N, L]`,
 *   their relevance. NaN where a score is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * ndcg({ k: 10 });
 * ```
 * Source: as scikit-learn `ndcg_score`.
 */
export function ndcg<const Name extends string = 'ndcg'>(
  options: NdcgOptions<Name> = {},
): EvaluationMetric<NoInfer<Name>, number> {
  const { values, config } = readOptions('ndcg', options, {
    ...RANKING_RULES,
    name: option.text({ default: 'ndcg' }),
  });
  const { k = Infinity } = values;
  return rankingMetric<Name>('ndcg', values, config, ({ scores, relevance }) => {
    const best = gain(
      [...relevance].sort((a, b) => b - a),
      k,
    );
    return best === 0 ? 0 : gain(shared(scores, relevance), k) / best;
  });
}

function gain(relevance: readonly number[], k: number): number {
  return relevance.slice(0, k).reduce((sum, one, i) => sum + (one * Math.LN2) / log(i + 2), 0);
}

/** The relevance of each place, that of items with equal scores averaged. */
function shared(scores: readonly number[], relevance: readonly number[]): number[] {
  const places: number[] = [];
  for (let from = 0; from < scores.length;) {
    let to = from;
    while (to < scores.length && scores[to] === scores[from]) to++;
    const mean = relevance.slice(from, to).reduce((sum, one) => sum + one, 0) / (to - from);
    for (let i = from; i < to; i++) places.push(mean);
    from = to;
  }
  return places;
}
