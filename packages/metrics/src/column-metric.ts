import type { Config, Direction, Metric, MetricBatch, MetricTotals, Tensors } from '@espalier/core';
import { option } from '@espalier/core';
import { regressionChecks } from './regression.js';

/** How the values of several outputs become one: their mean, or all of them as a list. */
export type OutputAverage = 'mean' | 'none';

/** Options of metrics that have a value for each output. */
export interface ColumnOptions<Name extends string, A extends OutputAverage = OutputAverage> {
  /** `mean` over the outputs, or `none`: a list. Default `mean`. */
  readonly average?: A;
  /** What it is called in logs. Default: the factory's name. */
  readonly name?: Name;
}

/** A list with `none`, else a number. */
export type OverOutputs<A extends OutputAverage> = [A] extends ['none'] ? number[] : number;

/** Rules of {@link ColumnOptions} but the name. */
export const COLUMN_RULES = { average: option.oneOf(['mean', 'none'], { default: 'mean' }) } as const;

/** What makes a metric of columns. */
export interface ColumnParts {
  readonly better: Direction;
  sums(batch: MetricBatch): Tensors;
  rows?(batch: MetricBatch): Tensors;
  readonly maxExamples?: number;
  /** The value of each output. */
  columns(totals: MetricTotals): readonly number[];
}

/** A metric with a value for each output `d` of `[N, D]`. */
export function columnMetric<Name extends string, A extends OutputAverage>(
  scope: string,
  { average, name }: { readonly average: OutputAverage; readonly name: string },
  config: Config,
  { better, columns, ...parts }: ColumnParts,
): Metric<Name, OverOutputs<A>> {
  const metric: Metric<string, number | number[]> = {
    name,
    config,
    ...(average === 'none' ? { isList: true } : { better }),
    ...regressionChecks(scope),
    ...parts,
    result(totals) {
      const values = columns(totals);
      return average === 'none' ? [...values] : values.reduce((sum, value) => sum + value, 0) / values.length;
    },
  };
  return metric as Metric<Name, OverOutputs<A>>;
}
