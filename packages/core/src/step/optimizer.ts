import type { Scalar } from '@tensorflow/tfjs-core';
import type { Tensors } from '../data/arrays.js';
import type { Json } from '../json.js';

/** Where a run stands when a step begins. */
export interface StepPosition {
  /** Whole steps done before this one, counted over the run. */
  readonly step: number;
  /** Epochs finished before this one. */
  readonly epoch: number;
  /** Steps in one epoch. */
  readonly stepsPerEpoch: number;
}

/** A number as a function of where the run stands. Any function of a position is one. */
export interface Schedule {
  (at: StepPosition): number;
  /** The options it was made with, `{ kind: 'cosine-decay', ... }`: for records and checkpoints. */
  readonly config?: Json;
}

/** Looks up the scalars of a step by name. */
export type Scalars = (name: string) => Scalar;

/**
 * An optimizer as two pure functions of tensors, as in optax.
 *
 * `update` uses `scalars('learningRate')`, which is the schedule times the factors that plugins have set, and the scalars that the
 * optimizer declares itself. `scalars('learningRateFactor')` is the product of the plugins' factors alone.
 */
export interface Optimizer {
  readonly name: string;
  /** The base learning rate, or its schedule. */
  readonly learningRate: number | Schedule;
  /** The options it was made with, schedules as their own `config`: for records and checkpoints. */
  readonly config?: Json;
  /** Numbers that vary by step and are computed in float64 outside it, e.g. Adam's bias corrections. */
  readonly scalars?: Readonly<Record<string, Schedule>>;
  /** Slots for these parameters, keyed `<slot>/<parameter name>`, e.g. `momentum/hidden_1/kernel`. */
  init(parameters: Tensors): Tensors;
  /**
   * One update. A parameter without a gradient passes through unchanged, as do its slots.
   *
   * @returns New tensors for every parameter and slot (or the very tensors that were given, where unchanged).
   */
  update(
    gradients: Tensors,
    slots: Tensors,
    parameters: Tensors,
    scalars: Scalars,
  ): { readonly parameters: Tensors; readonly slots: Tensors };
}
