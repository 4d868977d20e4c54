import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

/** Options of {@link l1Proximal}. */
export interface L1ProximalOptions extends SelectionOptions {
  /** Weight of the L1 term >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly lambda: number | Schedule;
}

/**
 * L1 by its proximal map: after each optimizer step, every selected weight moves towards 0 by `learningRate * lambda`
 * and stops there, so that weights become exactly 0.
 *
 * ```text
 * w = sign(w) * max(abs(w) - learningRate * lambda, 0)
 * ```
 *
 * With SGD this is proximal gradient descent (ISTA) on `loss + lambda * sum(abs(w))`, the objective of {@link l1} with
 * `scaling: 'sum'`. With an adaptive optimizer such as Adam the threshold is the same for every weight and not scaled by its
 * running means, as decoupled weight decay is not: zeros are as exact, but the objective that is minimised is another,
 * and lambda does not compare with that of {@link l1}. The term is not part of the loss, and no penalty is reported.
 * Kernels: 3 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = l1Proximal({ lambda: 0.01 });
 * ```
 * @see Parikh and Boyd, Proximal algorithms, 2014, sections 4.2 and 6.5.2.
 */
export function l1Proximal(options: L1ProximalOptions): Plugin<never, never> {
  const { values, config } = readOptions('l1-proximal', options, {
    lambda: option.schedule({ min: 0 }),
    ...selectionRules('l1-proximal'),
  });
  const lambda = coefficient('lambda', values.lambda);
  if (lambda.isZero) return { name: values.name, config };
  return parameterPlugin(values, config, lambda.scalars, (step) => {
    const threshold = tf.mul(step.scalar('learningRate'), lambda.read(step));
    const least = tf.neg(threshold);
    // w minus w clamped to the threshold: w - w is exactly 0, and a NaN stays one whatever the clamp makes of it.
    return (w) => tf.sub(w, tf.maximum(tf.minimum(w, threshold), least));
  });
}
