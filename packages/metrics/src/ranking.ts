import * as tf from '@tensorflow/tfjs-core';
import type { Config, EvaluationMetric, HostArray, MetricBatch, MetricTotals } from '@espalier/core';
import { option } from '@espalier/core';
import { checkSameShape, checkTargetValues, failData, FINITE, formatShape } from '@espalier/core/internal';

/** Options of metrics of ranked lists. */
export interface RankingOptions<Name extends string> {
  /** How many of the highest items count, >= 1. Default: all. */
  readonly k?: number;
  /** Queries whose items may be kept. Default 1,000,000. */
  readonly maxExamples?: number;
  /** What it is called in logs. Default: the factory's name. */
  readonly name?: Name;
}

/** Rules of {@link RankingOptions} but the name. */
export const RANKING_RULES = {
  k: option.integer({ min: 1, optional: true }),
  maxExamples: option.integer({ min: 1, default: 1_000_000 }),
} as const;

/** The items of one query, from the highest score to the lowest; of equal scores the first comes first. */
export interface Ranked {
  readonly scores: readonly number[];
  /** How relevant each is, >= 0. */
  readonly relevance: readonly number[];
}

/** A metric whose value is the mean over queries `[N, L]` of a value of each. */
export function rankingMetric<Name extends string>(
  scope: string,
  values: { readonly maxExamples: number; readonly name: string },
  config: Config,
  valueOf: (ranked: Ranked) => number,
): EvaluationMetric<Name, number> {
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    maxExamples: values.maxExamples,
    checkTargets(targets: HostArray, outputShape): void {
      if (outputShape.length > 1) checkSameShape(scope, outputShape, [null, ...targets.shape.slice(1)]);
      if (targets.shape.slice(1).reduce((product, side) => product * side, 1) === 1)
        failData(
          scope,
          `targets ${formatShape(targets.shape)} have one item a query, in which there is nothing to rank.`,
        );
      checkTargetValues(scope, targets, FINITE);
    },
    sums: () => ({}),
    rows({ outputs, targets, weights }: MetricBatch) {
      checkSameShape(scope, outputs.shape, targets.shape);
      const rows = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [outputs.shape[0]!, -1]);
      return {
        scores: rows(outputs),
        relevance: rows(tf.cast(targets, 'float32')),
        weights: weights ?? tf.ones([outputs.shape[0]!]),
      };
    },
    result: (totals) => meanOverQueries(totals, valueOf),
  };
}

function meanOverQueries(totals: MetricTotals, valueOf: (ranked: Ranked) => number): number {
  const { scores, relevance, weights } = totals as Record<'scores' | 'relevance' | 'weights', Float64Array>;
  const width = scores.length / weights.length;
  let [sum, weight] = [0, 0];
  weights.forEach((w, query) => {
    if (w === 0) return;
    const at = (values: Float64Array, i: number): number => values[query * width + i]!;
    const items = Array.from({ length: width }, (_, i) => i).filter((i) => at(relevance, i) >= 0);
    const unknown = items.some((i) => Number.isNaN(at(scores, i)));
    items.sort((a, b) => at(scores, b) - at(scores, a) || a - b);
    const ranked = { scores: items.map((i) => at(scores, i)), relevance: items.map((i) => at(relevance, i)) };
    sum += w * (unknown ? NaN : valueOf(ranked));
    weight += w;
  });
  return weight === 0 ? 0 : sum / weight;
}
