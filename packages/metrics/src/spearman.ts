import type { EvaluationMetric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ColumnOptions, OutputAverage, OverOutputs } from './column-metric.js';
import { COLUMN_RULES, columnMetric } from './column-metric.js';
import { pairColumns, pairRows, type Pairs } from './pair-rows.js';

/** Options of {@link spearman}. */
export interface SpearmanOptions<
  Name extends string = 'spearman',
  A extends OutputAverage = OutputAverage,
> extends ColumnOptions<Name, A> {
  /** Examples whose outputs may be kept. Default 1,000,000. */
  readonly maxExamples?: number;
}

/**
 * Spearman's rank correlation of outputs and targets, from -1 to 1.
 *
 * ```text
 * rho = pearson(rank(y), rank(t)),   ties share the mean of their ranks
 * ```
 *
 * A weight counts as so many examples. NaN where one of them does not vary, or an output is NaN.
 *
 * @param options.average Of several outputs: `mean` (default), or `none`, a list.
 * @param options.maxExamples Kept for it, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `spearman`.
 * @returns A {@link Metric} of evaluations alone (`val_spearman`), of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * spearman({ average: 'none', name: 'spearmanOfEach' });
 * ```
 * Source: as scipy `spearmanr`, torchmetrics `SpearmanCorrCoef`.
 */
export function spearman<const Name extends string = 'spearman', const A extends OutputAverage = 'mean'>(
  options: SpearmanOptions<Name, A> = {},
): EvaluationMetric<NoInfer<Name>, OverOutputs<A>> {
  const { values, config } = readOptions('spearman', options, {
    ...COLUMN_RULES,
    maxExamples: option.integer({ min: 1, default: 1_000_000 }),
    name: option.text({ default: 'spearman' }),
  });
  return columnMetric<Name, A>('spearman', values, config, {
    better: 'higher',
    maxExamples: values.maxExamples,
    sums: () => ({}),
    rows: (batch) => pairRows('spearman', batch),
    columns: (totals) => pairColumns(totals).map(rankCorrelation),
  }) as unknown as EvaluationMetric<Name, OverOutputs<A>>;
}

function rankCorrelation({ outputs, targets, weights }: Pairs): number {
  if (outputs.some(Number.isNaN)) return NaN;
  const whole = weights.reduce((sum, w) => sum + w, 0);
  const centred = (values: Float64Array): Float64Array => {
    const ranks = ranksOf(values, weights);
    const mean = ranks.reduce((sum, rank, i) => sum + weights[i]! * rank, 0) / whole;
    return ranks.map((rank) => rank - mean);
  };
  const [x, y] = [centred(outputs), centred(targets)];
  const product = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + weights[i]! * value * b[i]!, 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

/** Ranks, of which equal values share the mean; weights count as so many examples. */
function ranksOf(values: Float64Array, weights: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  let below = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    let tied = 0;
    for (; to < order.length && values[order[to]!] === values[order[from]!]; to++)
      tied += weights[order[to]!]!;
    for (let i = from; i < to; i++) ranks[order[i]!] = below + tied / 2;
    below += tied;
    from = to;
  }
  return ranks;
}
