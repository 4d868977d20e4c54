import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { OVERLAP_RULES, overlapLoss, type OverlapOptions } from './overlap.js';

/** Options of {@link tversky}. */
export interface TverskyOptions extends OverlapOptions {
  /** What false positives weigh, >= 0. Default 0.5. */
  readonly alpha?: number;
  /** What false negatives weigh, >= 0. Default 0.5; more than `alpha` finds more of small regions. */
  readonly beta?: number;
}

/**
 * Tversky loss: the {@link dice} loss with weights for what is found too much and too little.
 *
 * ```text
 * I = sum p t,  FP = sum p - I,  FN = sum t - I
 * loss_n = 1 - (I + s) / (I + alpha FP + beta FN + s),   p = sigmoid(z), or softmax(z) over the last axis
 * ```
 *
 * Outputs and targets have the same shape `[N, ...]`, targets from 0 to 1. alpha = beta = 1 is the Jaccard loss.
 *
 * @param options.alpha >= 0. Default 0.5.
 * @param options.beta >= 0. Default 0.5.
 * @param options.from Default `logits`.
 * @param options.activation `sigmoid` (default) or `softmax`.
 * @param options.perClass Default false.
 * @param options.smooth s > 0. Default 1e-7.
 * @returns A {@link Loss}: per example `[N]`, from 0 to 1.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model's last activation
 *   does not fit `from`; the loss throws `invalid-data` for shapes that differ and targets outside [0, 1].
 * @example
 * ```ts
 * tversky({ from: 'probabilities', beta: 1 }).perExample(tf.tensor2d([[1, 0]]), tf.tensor2d([[1, 1]])); // [0.5]
 * ```
 * Source: Salehi et al., "Tversky loss function for image segmentation" (2017); as Keras `Tversky`
 * of one example with alpha and beta exchanged: its code has them the other way round than its documentation and the paper.
 */
export function tversky(options: TverskyOptions = {}): Loss {
  const { values, config } = readOptions('tversky', options, {
    ...OVERLAP_RULES,
    alpha: option.number({ min: 0, default: 0.5 }),
    beta: option.number({ min: 0, default: 0.5 }),
  });
  return overlapLoss({ ...values, name: 'tversky', config });
}
