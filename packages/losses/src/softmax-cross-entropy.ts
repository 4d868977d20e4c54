import * as tf from '@tensorflow/tfjs-core';
import type { Loss, OutputScale } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkClassTargets, checkOutputScale, failData, formatShape, oneHot } from '@espalier/core/internal';
import { logProbability, SCALES, SMALLEST_DIVISOR } from './probabilities.js';

/** Options of {@link softmaxCrossEntropy}. */
export interface SoftmaxCrossEntropyOptions {
  /**
   * What the targets are: `integer` class numbers `[N]` int32, or `one-hot` rows (or class probabilities) `[N, C]`
   * float32. Default `auto`: decided by their rank.
   */
  readonly labels?: 'auto' | 'integer' | 'one-hot';
  /** What the model gives: `logits`, or `probabilities` where it ends in a softmax. Default `logits`. */
  readonly from?: OutputScale;
}

const SCOPE = 'softmax-cross-entropy';

/**
 * Cross-entropy of softmax(logits) against labels.
 *
 * ```text
 * loss_n = log(sum_c exp(z_nc - m_n)) - sum_c t_nc (z_nc - m_n),   m_n = max_c z_nc
 * d loss_n / d z_nc = softmax(z_n)_c - t_nc
 * ```
 *
 * Takes logits `[N, C]` (no softmax in the model); -Infinity masks a class. Nothing is clipped, so the gradient of a confident wrong answer is 1,
 * not 0. Targets get no gradient. The trainer takes the (weighted) mean over examples, as PyTorch's
 * `CrossEntropyLoss` without `weight` does.
 *
 * With `from: 'probabilities'` the outputs are rows p that sum to 1 already: `loss_n = -sum_c t_nc log p_nc`, its gradient
 * `-t_nc / p_nc`, with logarithms of at least -100 and divisors of at least 1e-12. Where softmax has rounded p to 0, its own
 * gradient is 0: prefer logits.
 *
 * @param options.labels `auto` (default), `integer` or `one-hot`.
 * @param options.from Default `logits`.
 * @returns A {@link Loss}: per example `[N]`.
 * @throws EspalierError `invalid-option` for bad options; from the trainer `invalid-model` where the model's last activation
 *   does not fit `from`; the loss throws `invalid-data` for shapes that do not fit,
 *   and, before the first step, for labels that are fractional, NaN or outside 0 .. C - 1, and rows that do not sum to 1.
 * @example
 * ```ts
 * const loss = softmaxCrossEntropy();
 * loss.perExample(tf.tensor2d([[20, 0]]), tf.tensor1d([1], 'int32')); // [20]
 * ```
 * Source: as PyTorch `torch.nn.functional.cross_entropy`, Keras `CategoricalCrossentropy(from_logits=True)`.
 */
export function softmaxCrossEntropy(options: SoftmaxCrossEntropyOptions = {}): Loss {
  const { values, config } = readOptions(SCOPE, options, {
    labels: option.oneOf(['auto', 'integer', 'one-hot'], { default: 'auto' }),
    from: option.oneOf(SCALES, { default: 'logits' }),
  });
  const { labels, from } = values;
  return {
    name: 'softmaxCrossEntropy',
    config,
    targetKind: 'class',
    checkOutput: (output) => checkOutputScale(SCOPE, output, from),
    perExample(outputs, targets) {
      if (outputs.rank !== 2) failData(SCOPE, `logits must be [N, C], got ${formatShape(outputs.shape)}.`);
      const given = outputs as tf.Tensor2D;
      const integer = isInteger(labels, targets, given);
      const rows = (): tf.Tensor =>
        integer ? oneHot(targets as tf.Tensor1D, given.shape[1]) : tf.cast(targets, 'float32');
      if (from === 'probabilities') return crossEntropyOf(given, rows);
      return crossEntropy(given, rows, integer ? undefined : (t) => tf.sum(t, 1, true));
    },
    checkTargets: (targets, outputShape) => checkClassTargets(SCOPE, labels, targets, outputShape),
  };
}

function isInteger(labels: string, targets: tf.Tensor, { shape }: tf.Tensor2D): boolean {
  const fits = targets.shape[0] === shape[0];
  if (fits && targets.rank === 1 && labels !== 'one-hot') {
    if (targets.dtype === 'int32') return true;
    failData(
      SCOPE,
      `integer labels must be int32, got ${targets.dtype}; cast them with tf.cast(labels, 'int32').`,
    );
  }
  if (fits && targets.rank === 2 && targets.shape[1] === shape[1] && labels !== 'integer') return false;
  const wanted = [labels !== 'one-hot' && `[${shape[0]}] int32`, labels !== 'integer' && formatShape(shape)];
  failData(
    SCOPE,
    `for logits ${formatShape(shape)} the labels must be ${wanted.filter(Boolean).join(' or ')}, ` +
      `got ${formatShape(targets.shape)}.`,
  );
}

/** One custom gradient in place of that of eight ops; `rowSums` where the rows may sum to other than 1. */
function crossEntropy(
  logits: tf.Tensor2D,
  target: () => tf.Tensor,
  rowSums?: (target: tf.Tensor) => tf.Tensor,
): tf.Tensor1D {
  const op = tf.customGrad((z, save) => {
    const t = target();
    const shifted = tf.sub(z as tf.Tensor, tf.max(z as tf.Tensor, 1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, 1, true);
    const total = rowSums?.(t);
    const normalizer = total ? tf.mul(total, tf.log(sums)) : tf.log(sums);
    // A class that is masked by a logit of -Infinity adds nothing where it is not wanted: 0 times it would be NaN.
    const wanted = tf.where(tf.greater(t, 0), tf.mul(t, shifted), tf.zerosLike(shifted));
    const value = tf.sub(tf.reshape(normalizer, [-1]), tf.sum(wanted, 1));
    (save as tf.GradSaveFunc)([t, exponentials, sums, ...(total ? [total] : [])]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [t, exponentials, sums, total] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
        const softmax = tf.mul(exponentials, total ? tf.div(total, sums) : tf.reciprocal(sums));
        return tf.mul(tf.sub(softmax, t), tf.reshape(dy, [-1, 1]));
      },
    };
  });
  return op(logits) as tf.Tensor1D;
}

/** The same of probabilities. */
function crossEntropyOf(probabilities: tf.Tensor2D, target: () => tf.Tensor): tf.Tensor1D {
  const op = tf.customGrad((p, save) => {
    const t = target();
    (save as tf.GradSaveFunc)([p as tf.Tensor, t]);
    return {
      value: tf.neg(tf.sum(tf.mul(t, logProbability(p as tf.Tensor)), 1)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [p, t] = saved as [tf.Tensor, tf.Tensor];
        return tf.neg(tf.mul(tf.div(t, tf.maximum(p, SMALLEST_DIVISOR)), tf.reshape(dy, [-1, 1])));
      },
    };
  });
  return op(probabilities) as tf.Tensor1D;
}
