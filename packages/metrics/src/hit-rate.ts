import type { EvaluationMetric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { RankingOptions } from './ranking.js';
import { RANKING_RULES, rankingMetric } from './ranking.js';

/** Options of {@link hitRate}. */
export type HitRateOptions<Name extends string = 'hitRate'> = RankingOptions<Name>;

/**
 * Share of queries with a relevant item among the first k, from 0 to 1.
 *
 * ```text
 * hitRate = mean over queries of [a relevant item among the first k]
 * ```
 *
 * An item with a relevance below 0 is none: it pads a list that is shorter than others. Of equal scores the first item comes first.
 *
 * @param options.k How many of the highest items count, >= 1. Default: all.
 * @param options.maxExamples Queries that are kept, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `hitRate`.
 * @returns A {@link Metric} of evaluations alone (`val_hitRate`): outputs `[N, L]`, scores of the L items of each query; targets `[N, L]`,
 *   their relevance. NaN where a score is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * hitRate({ k: 5 });
 * ```
 * Source: as torchmetrics `RetrievalHitRate`.
 */
export function hitRate<const Name extends string = 'hitRate'>(
  options: HitRateOptions<Name> = {},
): EvaluationMetric<NoInfer<Name>, number> {
  const { values, config } = readOptions('hit-rate', options, {
    ...RANKING_RULES,
    name: option.text({ default: 'hitRate' }),
  });
  const { k = Infinity } = values;
  return rankingMetric<Name>('hit-rate', values, config, ({ relevance }) => {
    return relevance.slice(0, k).some((one) => one > 0) ? 1 : 0;
  });
}
