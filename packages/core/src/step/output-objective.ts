import type { Loss } from './loss.js';
import type { Metric } from './metric.js';

/** A weight for each class, by label: `{ 0: 1, 1: 5 }`. Classes without one weigh 1. */
export type ClassWeights = Readonly<Record<number, number>>;

/** The loss and metrics of one model output. */
export interface OutputObjective {
  readonly output: string;
  readonly loss: Loss;
  readonly lossWeight: number;
  readonly metrics: readonly Metric[];
  /** Weights of the examples in the loss, by class. */
  readonly classWeights?: ClassWeights;
}
