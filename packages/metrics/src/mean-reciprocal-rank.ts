import type { EvaluationMetric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { RankingOptions } from './ranking.js';
import { RANKING_RULES, rankingMetric } from './ranking.js';

/** Options of {@link meanReciprocalRank}. */
export type MeanReciprocalRankOptions<Name extends string = 'meanReciprocalRank'> = RankingOptions<Name>;

/**
 * Mean reciprocal rank: one over the place of the first relevant item, from 0 to 1.
 *
 * ```text
 * mrr = mean over queries of 1 / place of the first relevant item
 * ```
 *
 * 0 for a query without a relevant item (among the first k).
 * An item with a relevance below 0 is none: it pads a list that is shorter than others. Of equal scores the first item comes first.
 *
 * @param options.k How many of the highest items count, >= 1. Default: all.
 * @param options.maxExamples Queries that are kept, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `meanReciprocalRank`.
 * @returns A {@link Metric} of evaluations alone (`val_meanReciprocalRank`): outputs `[N, L]`, scores of the L items of each query; targets `[N, L]`,
 *   their relevance. NaN where a score is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * meanReciprocalRank({ k: 10 });
 * ```
 * Source: as torchmetrics `RetrievalMRR`.
 */
export function meanReciprocalRank<const Name extends string = 'meanReciprocalRank'>(
  options: MeanReciprocalRankOptions<Name> = {},
): EvaluationMetric<NoInfer<Name>, number> {
  const { values, config } = readOptions('mean-reciprocal-rank', options, {
    ...RANKING_RULES,
    name: option.text({ default: 'meanReciprocalRank' }),
  });
  const { k = Infinity } = values;
  return rankingMetric<Name>('mean-reciprocal-rank', values, config, ({ relevance }) => {
    const first = relevance.findIndex((one) => one > 0);
    return first < 0 || first >= k ? 0 : 1 / (first + 1);
  });
}
