import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { labelRows } from '@espalier/core/internal';

/** Options of {@link labelSmoothing}. */
export interface LabelSmoothingOptions {
  /** Share of the probability that is spread over all classes, 0 <= alpha <= 1. 0 changes nothing, bit for bit. */
  readonly alpha: number;
  /** Number of classes >= 2; needed for integer labels, checked against one-hot ones. */
  readonly classes?: number;
  /** Names of the targets that are labels. Default: every target but those of a loss of values. */
  readonly targets?: readonly string[];
  /** The plugin's name. Default `label-smoothing`. */
  readonly name?: string;
}

/**
 * Label smoothing: training targets become `(1 - alpha) * onehot + alpha / K`, float32 `[N, K]`, K classes; under a loss of
 * yes-or-no answers, as binary cross-entropy, each answer becomes
 * `(1 - alpha) * t + alpha / 2`.
 *
 * Integer labels (int32 `[N]` or `[N, 1]`, 0 .. K - 1) become such rows too, so the loss must take probabilities as
 * targets. Targets of evaluation stay as they are. As `label_smoothing` of Keras's and PyTorch's crossentropies, for a
 * loss that has none. Kernels: 4 per target and batch, on `[N, K]`; 2 for one-hot targets.
 *
 * @throws EspalierError `invalid-option`; in the first step where `classes` is missing or another than the targets'.
 * @example
 * ```ts
 * const plugin = labelSmoothing({ alpha: 0.1, classes: 10 });
 * ```
 * @see Szegedy et al., Rethinking the inception architecture for computer vision, 2016, section 7.
 */
export function labelSmoothing(options: LabelSmoothingOptions): Plugin<never, never> {
  const { values, config } = readOptions('label-smoothing', options, {
    alpha: option.number({ min: 0, max: 1 }),
    classes: option.integer({ min: 2, optional: true }),
    targets: option.names({ optional: true }),
    name: option.text({ default: 'label-smoothing' }),
  });
  const { alpha, classes, targets, name } = values;
  if (alpha === 0) return { name, config };
  return {
    name,
    config,
    transformBatch(batch, step) {
      if (!step.training) return batch;
      const smoothed: Record<string, Tensor> = { ...batch.targets };
      const kinds = batch.targetKinds ?? {};
      const labels = Object.keys(batch.targets).filter((key) => kinds[key] !== 'values');
      if (labels.length === 0) fail('there are no labels: every loss is one of values');
      for (const key of targets ?? labels) {
        const target = batch.targets[key];
        if (!target)
          fail(`target '${key}' does not exist; there are: ${Object.keys(batch.targets).join(', ')}`);
        if (kinds[key] === 'values') fail(`target '${key}' has a loss of values, which are no labels`);
        if (kinds[key] === 'binary') {
          const answers = tf.cast(target, 'float32');
          smoothed[key] = tf.add(tf.mul(answers, 1 - alpha), alpha / 2);
          continue;
        }
        const rows = labelRows('label-smoothing', target, key, classes);
        smoothed[key] = tf.add(tf.mul(rows, 1 - alpha), alpha / rows.shape[1]!);
      }
      return { ...batch, targets: smoothed };
    },
  };
}

function fail(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'label-smoothing', message: `${message}.` });
}
