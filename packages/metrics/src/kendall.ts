import type { EvaluationMetric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ColumnOptions, OutputAverage, OverOutputs } from './column-metric.js';
import { COLUMN_RULES, columnMetric } from './column-metric.js';
import { pairColumns, pairRows, type Pairs } from './pair-rows.js';

/** Options of {@link kendall}. */
export interface KendallOptions<
  Name extends string = 'kendall',
  A extends OutputAverage = OutputAverage,
> extends ColumnOptions<Name, A> {
  /** Examples whose outputs may be kept. Default 1,000,000. */
  readonly maxExamples?: number;
}

/**
 * Kendall's tau-b: agreement in the order of pairs of examples, from -1 to 1, with ties accounted for.
 *
 * ```text
 * tau = (P - Q) / sqrt((P + Q + X) (P + Q + Y))
 * ```
 *
 * P: pairs in the same order, Q: in the other, X and Y: tied in the outputs alone, in the targets alone. A weight counts as so many
 * examples. NaN where one of them does not vary, or an output is NaN. Time N log N.
 *
 * @param options.average Of several outputs: `mean` (default), or `none`, a list.
 * @param options.maxExamples Kept for it, 8 bytes a number. Default 1,000,000.
 * @param options.name Default `kendall`.
 * @returns A {@link Metric} of evaluations alone (`val_kendall`), of outputs and targets of the same shape `[N, ...]`.
 * @throws EspalierError `invalid-option` for bad options; `invalid-data` for shapes that differ.
 * @example
 * ```ts
 * kendall();
 * ```
 * Source: as scipy `kendalltau`, torchmetrics `KendallRankCorrCoef(variant='b')`.
 */
export function kendall<const Name extends string = 'kendall', const A extends OutputAverage = 'mean'>(
  options: KendallOptions<Name, A> = {},
): EvaluationMetric<NoInfer<Name>, OverOutputs<A>> {
  const { values, config } = readOptions('kendall', options, {
    ...COLUMN_RULES,
    maxExamples: option.integer({ min: 1, default: 1_000_000 }),
    name: option.text({ default: 'kendall' }),
  });
  return columnMetric<Name, A>('kendall', values, config, {
    better: 'higher',
    maxExamples: values.maxExamples,
    sums: () => ({}),
    rows: (batch) => pairRows('kendall', batch),
    columns: (totals) => pairColumns(totals).map(tauOf),
  }) as unknown as EvaluationMetric<Name, OverOutputs<A>>;
}

function tauOf({ outputs, targets, weights }: Pairs): number {
  if (outputs.some(Number.isNaN)) return NaN;
  const distinct = [...new Set(targets)].sort((a, b) => a - b);
  const places = new Map(distinct.map((value, i) => [value, i]));
  const place = Uint32Array.from(targets, (target) => places.get(target)!);
  const order = Uint32Array.from(outputs.keys()).sort((a, b) => outputs[a]! - outputs[b]!);
  const seen = new WeightTree(distinct.length);
  let [same, other, tiedTargets, tiedOutputs] = [0, 0, 0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    const own = new Map<number, number>();
    let group = 0;
    for (; to < order.length && outputs[order[to]!] === outputs[order[from]!]; to++) {
      const at = place[order[to]!]!;
      const weight = weights[order[to]!]!;
      own.set(at, (own.get(at) ?? 0) + weight);
      group += weight;
    }
    let squares = 0;
    for (const [at, weight] of own) {
      const [below, upTo] = [seen.upTo(at - 1), seen.upTo(at)];
      same += weight * below;
      tiedTargets += weight * (upTo - below);
      other += weight * (seen.total - upTo);
      squares += weight * weight;
    }
    tiedOutputs += (group * group - squares) / 2;
    for (const [at, weight] of own) seen.add(at, weight);
    from = to;
  }
  const pairs = same + other;
  return (same - other) / Math.sqrt((pairs + tiedOutputs) * (pairs + tiedTargets));
}

/** Sums of weights up to a place (Fenwick, 1994). */
class WeightTree {
  readonly #sums: Float64Array;
  total = 0;

  constructor(places: number) {
    this.#sums = new Float64Array(places + 1);
  }

  add(place: number, weight: number): void {
    this.total += weight;
    for (let i = place + 1; i < this.#sums.length; i += i & -i) this.#sums[i]! += weight;
  }

  upTo(place: number): number {
    let sum = 0;
    for (let i = place + 1; i > 0; i -= i & -i) sum += this.#sums[i]!;
    return sum;
  }
}
