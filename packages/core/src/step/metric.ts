import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostArray, Tensors } from '../data/arrays.js';
import type { Json } from '../json.js';
import type { OutputInfo } from './output-info.js';
import type { Direction } from '../run/run.js';

/** Sums of a metric over a data set, and its rows one after the other, in float64. */
export type MetricTotals = Readonly<Record<string, Float64Array>>;

/** What a metric sees of one batch. */
export interface MetricBatch {
  /** `[N, ...]` what the model gave. */
  readonly outputs: Tensor;
  /** `[N, ...]` what it should have given. */
  readonly targets: Tensor;
  /** `[N]` weights of the examples, if the data has any. */
  readonly weights?: Tensor;
}

/**
 * A metric that is exact over the data set: sums of each batch are taken inside the step, added up in float64, and
 * turned into the value at the end. It is never a mean of batch values.
 */
export interface Metric<Name extends string = string, Value = number | number[] | number[][]> {
  /** What it is called in logs and by monitors, e.g. `accuracy`. */
  readonly name: Name;
  /** The options that it was made with. */
  readonly config?: Json;
  /** Which values are better; absent where neither is, e.g. for a matrix. */
  readonly better?: Direction;
  /** Sums over one batch, inside the step: a pure function of tensors. */
  sums(batch: MetricBatch): Tensors;
  /**
   * Rows `[N, ...]` of one batch that are kept whole, inside the step, for a value that sums cannot give (ranks, exact curves). Such
   * a metric is measured at evaluations and validations, not over the steps of an epoch; one entry is a number an example.
   */
  rows?(batch: MetricBatch): Tensors;
  /** Examples whose rows may be kept; more are an error. Default 1,000,000. */
  readonly maxExamples?: number;
  /**
   * Whether the value is a list or a matrix, not one number: it is in evaluations and in the record's `vectors`, not in an epoch's line,
   * and nobody can monitor it. Default false.
   */
  readonly isList?: boolean;
  /** What the numbers of a list are: each is logged as `<name>_<part>`, as a number of its own. */
  readonly parts?: readonly string[];
  /** Checks the output that it measures, as `Loss.checkOutput` does. */
  checkOutput?(output: OutputInfo): void;
  /** Checks targets in plain memory before the first step, as `Loss.checkTargets` does. */
  checkTargets?(targets: HostArray, outputShape: readonly (number | null)[]): void;
  /** The value over everything added up so far. */
  result(totals: MetricTotals): Value;
}

/** A metric of evaluations alone: it keeps rows of every example, which `val_` numbers and `evaluate` come from. */
export interface EvaluationMetric<
  Name extends string = string,
  Value = number | number[] | number[][],
> extends Metric<Name, Value> {
  rows(batch: MetricBatch): Tensors;
  readonly maxExamples: number;
}

/** A metric of a list whose numbers have names. */
export interface ClasswiseMetric<Name extends string = string, Part extends string = string> extends Metric<
  Name,
  number[]
> {
  readonly parts: readonly Part[];
}
