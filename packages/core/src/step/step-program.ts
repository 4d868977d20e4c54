import type { Tensors } from '../data/arrays.js';
import type { Batch } from '../run/plugin.js';
import type { StepContext } from './step-context.js';

/**
 * A training step and its relatives as pure functions of tensors. Nothing is read back, drawn or remembered inside, so an
 * executor may run them op by op, or trace them once and compile them.
 *
 * `state` is flat: `parameters/...` (trainable), `variables/...` (other weights), `slots/...`, `plugins/<name>/...`,
 * `accumulated/...` (gradients of a step's batches so far).
 * Callers own what they pass in and get; outputs may be the very tensors passed in.
 */
export interface StepProgram {
  /** One step: the next state and the sums of the batch. Taps go to `step.tap`. */
  train(state: Tensors, batch: Batch, step: StepContext): { readonly state: Tensors; readonly sums: Tensors };
  /**
   * A batch that is a part of a step: its gradients are added to those that the state has gathered, and the next `train` uses
   * the mean over all examples. Only where the program was made to accumulate.
   */
  accumulate(
    state: Tensors,
    batch: Batch,
    step: StepContext,
  ): { readonly state: Tensors; readonly sums: Tensors };
  /** Sums and outputs of a batch, training off. */
  evaluate(
    state: Tensors,
    batch: Batch,
    step: StepContext,
  ): { readonly sums: Tensors; readonly outputs: Tensors };
  /** Penalties, by plugin name. */
  penalties(state: Tensors, step: StepContext): Tensors;
  /** Outputs by name, training off. */
  predict(state: Tensors, inputs: Tensors, step: StepContext): Tensors;
  /** Changes whenever the functions do (e.g. a layer was frozen): what was traced before no longer holds. */
  readonly version: () => string;
}
