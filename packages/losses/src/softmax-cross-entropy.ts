import * as tf from '@tensorflow/tfjs-core';
import type { Loss, OutputScale } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { checkOutputScale, isDifferentiated } from '@espalier/core/internal';
import { CLASS_RULES, type ClassOptions, classRows } from './class-rows.js';
import { logProbability, SCALES, SMALLEST_DIVISOR } from './probabilities.js';
import { meanOfPositions, rowsOf } from './row-loss.js';
import { wherePositive } from './softmax.js';

/** Options of {@link softmaxCrossEntropy}. */
export interface SoftmaxCrossEntropyOptions extends ClassOptions {
  /** What the model gives: `logits`, or `probabilities` where it ends in a softmax. Default `logits`. */
  readonly from?: OutputScale;
  /** Share alpha of each label that is spread over all classes, in training and in validation; from 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
  /** What logits are divided by, > 0. Default 1. */
  readonly temperature?: number;
}

const SCOPE = 'softmax-cross-entropy';

/**
 * Cross-entropy of softmax(logits) against labels.
 *
 * ```text
 * loss_n = sum_c w_c t_nc (log(sum_k exp(z_nk - m_n)) - (z_nc - m_n)),   m_n = max_c z_nc
 * d loss_n / d z_nc = softmax(z_n)_c sum_k w_k t_nk - w_c t_nc,   t = (1 - alpha) onehot + alpha / C
 * ```
 *
 * Takes logits `[N, ..., C]` (no softmax in the model); -Infinity masks a class. Nothing is clipped, so the gradient of a confident wrong answer is 1,
 * not 0. Targets get no gradient. Of several positions, e.g. words `[N, T, C]` or pixels, an example's loss is the mean.
 *
 * The trainer takes the (weighted) mean over examples, as PyTorch's `CrossEntropyLoss` does: with `classWeights` divided
 * by the sum of the weights of the labels, with `ignoreIndex` by the number of the others. Rows of probabilities count as
 * much as their classes weigh, where PyTorch counts each as 1.
 *
 * With `from: 'probabilities'` the outputs are rows p that sum to 1 already: `loss_n = -sum_c t_nc log p_nc`, its gradient
 * `-t_nc / p_nc`, with logarithms of at least -100 and divisors of at least 1e-12. Where softmax has rounded p to 0, its own
 * gradient is 0: prefer logits.
 *
 * @param options.labels `auto` (default), `integer` or `one-hot`.
 * @param options.from Default `logits`.
 * @param options.labelSmoothing From 0 to 1. Default 0.
 * @param options.classWeights One for each class, >= 0. Default: all 1.
 * @param options.ignoreIndex Default: no label is ignored.
 * @param options.temperature > 0, of logits. Default 1.
 * @returns A {@link Loss}: per example `[N]`, nats.
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
    ...CLASS_RULES,
    from: option.oneOf(SCALES, { default: 'logits' }),
    labelSmoothing: option.number({ min: 0, max: 1, default: 0 }),
    temperature: option.number({ min: 0, exclusiveMin: true, default: 1 }),
  });
  const { from, temperature } = values;
  if (from === 'probabilities' && temperature !== 1)
    checkOptions(SCOPE).fail('temperature', "left out with from: 'probabilities'", temperature);
  const labels = classRows(SCOPE, { ...values, smoothing: values.labelSmoothing });
  const counts = labels.counts;
  return {
    name: 'softmaxCrossEntropy',
    config,
    targetKind: 'class',
    checkOutput: (output) => checkOutputScale(SCOPE, output, from),
    perExample(outputs, targets) {
      const integer = labels.integer(outputs, targets);
      const rows = (): tf.Tensor => labels.rows(outputs, targets);
      const given = rowsOf(outputs);
      const even = integer && !labels.uneven;
      const each =
        from === 'probabilities'
          ? crossEntropyOf(given, rows)
          : crossEntropy(
              temperature === 1 ? given : tf.div(given, temperature),
              rows,
              even ? undefined : (t) => tf.sum(t, 1, true),
            );
      return meanOfPositions(each, outputs.shape[0]!);
    },
    ...(counts && {
      counts: (outputs: tf.Tensor, targets: tf.Tensor) =>
        meanOfPositions(counts(outputs, targets), outputs.shape[0]!),
    }),
    checkTargets: (targets, outputShape) => labels.checkTargets(targets, outputShape),
  };
}

/** One custom gradient in place of that of eight ops; `rowSums` where the rows may sum to other than 1. */
function crossEntropy(
  logits: tf.Tensor,
  target: () => tf.Tensor,
  rowSums?: (target: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const op = tf.customGrad((z, save) => {
    const t = target();
    const { shifted, exponentials, sums } = softmaxParts(z as tf.Tensor);
    const total = rowSums?.(t);
    const normalizer = total ? tf.mul(total, tf.log(sums)) : tf.log(sums);
    // A class that is masked by a logit of -Infinity adds nothing where it is not wanted: 0 times it would be NaN.
    const wanted = wherePositive(t, shifted);
    const value = tf.sub(tf.reshape(normalizer, [-1]), tf.sum(wanted, 1));
    (save as tf.GradSaveFunc)([z as tf.Tensor, t, exponentials, sums, ...(total ? [total] : [])]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [z, t, ...parts] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
        const total = parts[2];
        const { exponentials, sums } = isDifferentiated()
          ? softmaxParts(z)
          : { exponentials: parts[0], sums: parts[1] };
        const softmax = tf.mul(exponentials, total ? tf.div(total, sums) : tf.reciprocal(sums));
        return tf.mul(tf.sub(softmax, t), tf.reshape(dy, [-1, 1]));
      },
    };
  });
  return op(logits);
}

/** What a softmax is made of. */
function softmaxParts(logits: tf.Tensor) {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  return { shifted, exponentials, sums: tf.sum(exponentials, 1, true) };
}

/** The same of probabilities. */
function crossEntropyOf(probabilities: tf.Tensor, target: () => tf.Tensor): tf.Tensor {
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
  return op(probabilities);
}
