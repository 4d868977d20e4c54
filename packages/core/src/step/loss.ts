import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { HostArray } from '../data/arrays.js';
import type { Json } from '../json.js';
import type { OutputInfo, TargetKind } from './output-info.js';

export type { TargetKind } from './output-info.js';

/** A data loss: one number per example. */
export interface Loss {
  readonly name: string;
  /** The options that it was made with. */
  readonly config?: Json;
  /**
   * What its targets are: one `class` of several for each example (a label, or a one-hot row), `binary` labels 0 and 1, or
   * `values`. Class weights need classes. Absent where the loss does not say.
   */
  readonly targetKind?: TargetKind;
  /**
   * The loss of each example, inside the step; must be differentiable in `outputs`.
   *
   * @param outputs `[N, ...]` what the model gives (logits for class losses).
   * @param targets `[N, ...]` what it should give.
   * @returns `[N]`. The trainer takes the (weighted) mean.
   */
  perExample(outputs: Tensor, targets: Tensor): Tensor1D;
  /**
   * How much each example counts in the mean, inside the step, where that is not 1: less than that with targets that are ignored,
   * the class's weight with weighted classes. Absent where every example counts alike.
   *
   * @returns `[N]`, each >= 0. The trainer divides the sum of the losses by the sum of these.
   */
  counts?(outputs: Tensor, targets: Tensor): Tensor1D;
  /**
   * Checks the output that it is for, when the trainer is made.
   *
   * @throws EspalierError `invalid-model` where it could not mean anything, e.g. logits that went through a sigmoid.
   */
  checkOutput?(output: OutputInfo): void;
  /**
   * Checks targets in plain memory before the first step.
   *
   * @param targets `[N, ...]`.
   * @param outputShape Shape of the model's output, `null` for the batch.
   * @throws EspalierError `invalid-data` naming the first bad example, its value and what is allowed.
   */
  checkTargets?(targets: HostArray, outputShape: readonly (number | null)[]): void;
}
