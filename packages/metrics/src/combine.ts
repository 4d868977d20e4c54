import type { Direction, EvaluationMetric, Metric, Tensors } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { putPrefix, takePrefix } from './moments.js';

/** The values of metrics by name. */
type ValuesOf<M extends Readonly<Record<string, Metric>>> = {
  readonly [K in keyof M]: ReturnType<M[K]['result']>;
};

/** A metric of evaluations alone where one of its parts is. */
type Combined<Name extends string, M extends Readonly<Record<string, Metric>>> = true extends {
  [K in keyof M]: M[K] extends Pick<EvaluationMetric, 'rows'> ? true : never;
}[keyof M]
  ? EvaluationMetric<Name, number>
  : Metric<Name, number>;

/** Options of {@link combine}. */
export interface CombineOptions<Name extends string, M extends Readonly<Record<string, Metric>>> {
  /** What it is called in logs. */
  readonly name: Name;
  /** The metrics that it is made of, by the names that `value` knows them by. */
  readonly of: M;
  /** A number from their values. */
  readonly value: (values: ValuesOf<M>) => number;
  /** Which values are better. Default `higher`. */
  readonly better?: Direction;
}

/**
 * Arithmetic of metrics: a number made of the values of several, each exact over the data set.
 *
 * @param options.name What it is called in logs.
 * @param options.of Metrics by name, for the same output.
 * @param options.value A pure function of their values.
 * @param options.better Default `higher`.
 * @returns A {@link Metric}; of evaluations alone where one of its parts is.
 * @throws EspalierError `invalid-option` for bad options.
 * @example
 * ```ts
 * combine({ name: 'youden', of: { s: recall(), t: specificity() }, value: ({ s, t }) => s + t - 1 });
 * ```
 * Source: as Ignite's `MetricsLambda`, torchmetrics' metric arithmetic.
 */
export function combine<const Name extends string, M extends Readonly<Record<string, Metric>>>(
  options: CombineOptions<Name, M>,
): Combined<NoInfer<Name>, M> {
  const { values, config } = readOptions('combine', options, {
    name: option.text(),
    of: option.custom<M>({
      expected: 'metrics by name',
      accepts: areMetrics,
      toJson: (of) =>
        Object.fromEntries(Object.entries(of).map(([key, { name, config: own }]) => [key, own ?? name])),
    }),
    value: option.custom<CombineOptions<Name, M>['value']>({
      expected: 'a function of their values',
      accepts: (value) => typeof value === 'function',
    }),
    better: option.oneOf(['lower', 'higher'], { default: 'higher' }),
  });
  const parts = Object.entries<Metric>(values.of as M);
  const gather = (of: (metric: Metric) => Tensors | undefined): Tensors =>
    Object.assign({}, ...parts.map(([key, metric]) => putPrefix(`${key}/`, of(metric) ?? {}))) as Tensors;
  const keepers = parts.filter(([, { rows }]) => rows !== undefined);
  const metric: Metric<string, number> = {
    name: values.name,
    config,
    better: values.better,
    checkOutput: (output) => parts.forEach(([, one]) => one.checkOutput?.(output)),
    checkTargets: (targets, shape) => parts.forEach(([, one]) => one.checkTargets?.(targets, shape)),
    sums: (batch) => gather((one) => one.sums(batch)),
    ...(keepers.length > 0 && {
      rows: (batch) => gather((one) => one.rows?.(batch)),
      maxExamples: Math.min(...keepers.map(([, { maxExamples = 1_000_000 }]) => maxExamples)),
    }),
    result: (totals) =>
      (values.value as (all: Record<string, unknown>) => number)(
        Object.fromEntries(parts.map(([key, one]) => [key, one.result(takePrefix(`${key}/`, totals))])),
      ),
  };
  return metric as unknown as Combined<Name, M>;
}

function areMetrics(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const all = Object.values(value) as (Partial<Metric> | null)[];
  return (
    all.length > 0 && all.every((one) => typeof one?.sums === 'function' && typeof one.result === 'function')
  );
}
