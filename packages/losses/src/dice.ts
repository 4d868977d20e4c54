import type { Loss } from '@espalier/core';
import { readOptions } from '@espalier/core';
import { OVERLAP_RULES, overlapLoss, type OverlapOptions } from './overlap.js';

/** Options of {@link dice}. */
export type DiceOptions = OverlapOptions;

/**
 * Dice loss: 1 minus the overlap of predicted and true region, for regions that are a small part of the whole.
 *
 * ```text
 * loss_n = 1 - (2 sum p t + s) / (sum p + sum t + s),   p = sigmoid(z), or softmax(z) over the last axis
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`, targets from 0 to 1 (one-hot along the last axis for several classes).
 * Sums are over all positions and classes of an example; with `perClass` each class has a fraction of its own.
 *
 * @param options.from Default `logits`.
 * @param options.activation `sigmoid` (default) or `softmax`.
 * @param options.perClass Default false.
 * @param options.smooth s > 0. Default 1e-7.
 * @returns A {@link Loss}: per example `[N]`, from 0 to 1.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model's last activation
 *   does not fit `from`; the loss throws `invalid-data` for shapes that differ and targets outside [0, 1].
 * @example
 * ```ts
 * dice({ from: 'probabilities' }).perExample(tf.tensor2d([[1, 0, 1]]), tf.tensor2d([[1, 1, 0]])); // [0.5]
 * ```
 * Source: Milletari et al., "V-Net" (2016), without squares; as Keras `Dice` of one example.
 */
export function dice(options: DiceOptions = {}): Loss {
  const { values, config } = readOptions('dice', options, OVERLAP_RULES);
  return overlapLoss({ ...values, name: 'dice', config, alpha: 0.5, beta: 0.5, smooth: values.smooth / 2 });
}
