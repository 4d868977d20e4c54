import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostArray, Tensors } from '../data/arrays.js';
import type { Json } from '../json.js';
import type { OutputInfo } from './output-info.js';
import type { Direction } from '../run/run.js';

/** Sums of a metric over a data set, in float64. */
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
  /** Checks the output that it measures, as `Loss.checkOutput` does. */
  checkOutput?(output: OutputInfo): void;
  /** Checks targets in plain memory before the first step, as `Loss.checkTargets` does. */
  checkTargets?(targets: HostArray, outputShape: readonly (number | null)[]): void;
  /** The value over everything added up so far. */
  result(totals: MetricTotals): Value;
}
