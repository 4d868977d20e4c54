import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkClassTargets, checkOutputScale } from '@espalier/core/internal';
import { classRows } from './class-rows.js';
import { SMALLEST_DIVISOR } from './probabilities.js';
import { rowLoss } from './row-loss.js';
import { logSoftmax, throughSoftmax, wherePositive } from './softmax.js';

/** Options of {@link klDivergence}. */
export interface KlDivergenceOptions {
  /** What the model gives: `logits`, `probabilities` that sum to 1, or `log-probabilities`. Default `logits`. */
  readonly from?: 'logits' | 'probabilities' | 'log-probabilities';
}

const SCOPE = 'kl-divergence';

/**
 * Kullback-Leibler divergence of the model's distribution q from the target's p, over the last axis.
 *
 * ```text
 * loss_n = sum_c p_nc (log p_nc - log q_nc),   0 log 0 = 0
 * d loss_n / d z_nc = q_nc - p_nc from logits,  -p_nc / q_nc from probabilities,  -p_nc from log-probabilities
 * ```
 *
 * Outputs and targets `[N, ..., C]`; targets are rows that sum to 1. Of several positions the loss is the mean. Of distributions it is
 * the cross-entropy less the targets' own entropy: the gradient is the same, and 0 is the least.
 *
 * @param options.from Default `logits`.
 * @returns A {@link Loss}: per example `[N]`, nats.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model's last activation
 *   does not fit `from`; the loss throws `invalid-data` for shapes that differ and rows that do not sum to 1.
 * @example
 * ```ts
 * klDivergence().perExample(tf.tensor2d([[0, 0]]), tf.tensor2d([[0.5, 0.5]])); // [0]
 * ```
 * Source: as PyTorch `KLDivLoss` (which takes log-probabilities), Keras `KLDivergence` (probabilities, clipped at 1e-7).
 */
export function klDivergence(options: KlDivergenceOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    from: option.oneOf(['logits', 'probabilities', 'log-probabilities'], { default: 'logits' }),
  });
  const { from } = values;
  const { rows } = classRows(SCOPE, { labels: 'one-hot' });
  return rowLoss({
    name: 'klDivergence',
    config,
    targetKind: 'class',
    ...(from !== 'log-probabilities' && { checkOutput: (output) => checkOutputScale(SCOPE, output, from) }),
    prepare: rows,
    value(output, target) {
      const log = from === 'logits' ? logSoftmax(output) : from === 'probabilities' ? tf.log(output) : output;
      // A NaN stays one also where nothing is wanted.
      const all = tf.sub(log, log);
      const seen = tf.where(tf.isNaN(log), all, tf.zerosLike(all));
      return tf.sum(tf.add(wherePositive(target, tf.sub(tf.log(target), log)), seen), 1);
    },
    slope(output, target) {
      if (from === 'log-probabilities') return tf.neg(target);
      if (from === 'logits') return throughSoftmax(tf.neg(target), logSoftmax(output));
      return tf.neg(tf.div(target, tf.maximum(output, SMALLEST_DIVISOR)));
    },
    checkTargets: (targets, outputShape) => checkClassTargets(SCOPE, 'one-hot', targets, outputShape),
  });
}
