import type { ClassWeights } from './class-weights.js';
import type { Loss } from './loss.js';
import type { Metric } from './metric.js';

/** The loss and metrics of one model output. */
export interface OutputObjective {
  readonly output: string;
  readonly loss: Loss;
  readonly lossWeight: number;
  readonly metrics: readonly Metric[];
  /** Weights of the examples in the loss, by class. */
  readonly classWeights?: ClassWeights;
}
