import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { unitMatrix } from '@espalier/core/internal';
import type { SelectionOptions } from './selection.js';
import { selectionRules } from './selection.js';
import { weightsPenalty } from './weights-penalty.js';

/** Options of {@link orthogonal}. */
export interface OrthogonalOptions extends SelectionOptions {
  /** Weight of the term >= 0, or its schedule. 0 leaves the run as it is without the plugin, bit for bit. */
  readonly lambda: number | Schedule;
}

/**
 * Penalty on weights of units that are not orthogonal to each other or not of length 1.
 *
 * ```text
 * penalty = lambda sum over parameters of sum((W^T W - I)^2),   gradient 4 lambda W (W^T W - I)
 * ```
 *
 * W is the parameter as `[fan-in, units]`, of a `depthwise_kernel` one unit for each filter of each input; where there are more units than inputs, `W W^T` stands in place of `W^T W`, since no more
 * vectors can be orthogonal. Keras's `OrthogonalRegularizer` sums absolute cosines instead and leaves lengths free.
 * Kernels per parameter: 4 forward, 5 backward.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = orthogonal({ lambda: 1e-3 });
 * ```
 * @see Brock et al., Neural photo editing with introspective adversarial networks, 2017, section 3.4.
 */
export function orthogonal(options: OrthogonalOptions): Plugin<never, never> {
  const { values, config } = readOptions('orthogonal', options, {
    lambda: option.schedule({ min: 0 }),
    ...selectionRules('orthogonal'),
  });
  /** The parameter as a matrix that is not wider than high, what it lacks to orthogonality, and whether it was turned. */
  const parts = (w: Tensor, name: string) => {
    const { matrix, restore } = unitMatrix(name, w);
    const wide = matrix.shape[1] > matrix.shape[0];
    const tall = wide ? tf.transpose(matrix) : matrix;
    return { tall, wide, restore, excess: tf.sub(tf.matMul(tall, tall, true, false), tf.eye(tall.shape[1])) };
  };
  return weightsPenalty(values, config, {
    value: (w, name) => tf.sum(tf.square(parts(w, name).excess)),
    slope(w, name) {
      const { tall, wide, restore, excess } = parts(w, name);
      const slope = tf.mul(tf.matMul(tall, excess as tf.Tensor2D), 4);
      return restore(wide ? tf.transpose(slope) : slope);
    },
  });
}
