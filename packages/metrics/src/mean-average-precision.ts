import type { EvaluationMetric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { RankingOptions } from './ranking.js';
import { RANKING_RULES, rankingMetric } from './ranking.js';

/** Options of {@link meanAveragePrecision}. */
export type MeanAveragePrecisionOptions<Name extends string = 'meanAveragePrecision'> = RankingOptions<Name>;

/**
 * Mean average precision of ranked lists: the precision at the place of each relevant item, averaged, from 0 to 1.
 *
 * ```text
 * map = mean over queries of sum_{i <= k relevant} precision_i / number of relevant items among the first k
 * ```
 *
 * 0 for a query without a relevant item among the first k.
 * An item with a relevance below 0 is none: it pads a list that is shorter than others. Of equal scores the first item comes first.
 *
 * @param options.k How many of the highest items count, >= 1. Default: all.
 * @param options.maxExamples Queries that are kept, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `meanAveragePrecision`.
 * @returns A {@link Metric} of evaluations alone (`val_meanAveragePrecision`): outputs `[N, L]`, scores of the L items of each query; targets `[N, L]`,
 *   their relevance. NaN where a score is NaN.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * meanAveragePrecision();
 * ```
 * Source: as torchmetrics `RetrievalMAP`.
 */
export function meanAveragePrecision<const Name extends string = 'meanAveragePrecision'>(
  options: MeanAveragePrecisionOptions<Name> = {},
): EvaluationMetric<NoInfer<Name>, number> {
  const { values, config } = readOptions('mean-average-precision', options, {
    ...RANKING_RULES,
    name: option.text({ default: 'meanAveragePrecision' }),
  });
  const { k = Infinity } = values;
  return rankingMetric<Name>('mean-average-precision', values, config, ({ relevance }) => {
    let [hits, sum] = [0, 0];
    relevance.slice(0, k).forEach((one, i) => {
      if (one > 0) sum += ++hits / (i + 1);
    });
    return hits === 0 ? 0 : sum / hits;
  });
}
