import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { coefficient } from './coefficient.js';
import { parameterPlugin } from './parameter-plugin.js';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';

/** Options of {@link l0Proximal}. */
export interface L0ProximalOptions extends SelectionOptions {
  /** What a weight that is not 0 costs, >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly lambda: number | Schedule;
}

/**
 * L0, the number of weights that are not 0, by its proximal map: after each optimizer step, weights too small to be worth their cost
 * are set to 0; the others keep their bits (hard thresholding).
 *
 * ```text
 * w = w where w^2 > 2 * learningRate * lambda, else 0
 * ```
 *
 * With SGD this is iterative hard thresholding on `loss + lambda * count(w != 0)`. Unlike {@link l1Proximal} it does not shrink the
 * weights that stay, and a weight once 0 returns only by a gradient larger than `sqrt(2 lambda / learningRate)` in one step. With an
 * adaptive optimizer the threshold is the same for every weight, whatever its running means. The term is not part of the loss, and
 * no penalty is reported. Kernels: 4 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = l0Proximal({ lambda: 1e-4 });
 * ```
 * @see Blumensath and Davies, Iterative thresholding for sparse approximations, 2008.
 */
export function l0Proximal(options: L0ProximalOptions): Plugin<never, never> {
  const { values, config } = readOptions('l0-proximal', options, {
    lambda: option.schedule({ min: 0 }),
    ...selectionRules('l0-proximal'),
  });
  const lambda = coefficient('lambda', values.lambda);
  if (lambda.isZero) return { name: values.name, config };
  return parameterPlugin(values, config, lambda.scalars, (step) => {
    const least = tf.mul(tf.mul(step.scalar('learningRate'), lambda.read(step)), 2);
    // Asked this way round, a NaN stays.
    return (w) => tf.where(tf.lessEqual(tf.square(w), least), tf.zerosLike(w), w);
  });
}
