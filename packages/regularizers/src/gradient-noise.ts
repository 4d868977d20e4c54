import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { coefficient } from './coefficient.js';
import type { SelectionOptions } from './selection.js';
import { selection } from './selection.js';

/** Options of {@link gradientNoise}. */
export interface GradientNoiseOptions extends SelectionOptions {
  /** Standard deviation >= 0 in units of the gradient, or its schedule. 0 changes nothing, bit for bit. */
  readonly stddev: number | Schedule;
}

/**
 * Adds normal noise to gradients before the optimizer: `g = g + stddev * n`, n standard normal, independent for each weight.
 *
 * The numbers of a step are a function of run seed, plugin name, parameter name and step. Noise that fades as in the paper is
 * `stddev: ({ step }) => Math.sqrt(eta / (1 + step) ** 0.55)`, with eta 0.01, 0.3 or 1. All parameters are selected by default.
 * Kernels: 2 per parameter.
 *
 * @throws EspalierError `invalid-option`; in the first step where the selector selects nothing.
 * @example
 * ```ts
 * const plugin = gradientNoise({ stddev: ({ step }) => Math.sqrt(0.3 / (1 + step) ** 0.55) });
 * ```
 * @see Neelakantan et al., Adding gradient noise improves learning for very deep networks, 2015.
 */
export function gradientNoise(options: GradientNoiseOptions): Plugin<never, never> {
  const { values, config } = readOptions('gradient-noise', options, {
    stddev: option.schedule({ min: 0 }),
    parameters: option.parameters({ default: 'all' }),
    name: option.text({ default: 'gradient-noise' }),
  });
  const { name, parameters } = values;
  const stddev = coefficient('stddev', values.stddev);
  if (stddev.isZero) return { name, config };
  const select = selection('gradient-noise', parameters);
  return {
    name,
    config,
    ...(Object.keys(stddev.scalars).length > 0 && { scalars: stddev.scalars }),
    transformGradients(gradients, tensors, step) {
      const noisy: Record<string, Tensor> = { ...gradients };
      for (const key of select(tensors)) {
        const gradient = gradients[key];
        if (!gradient) continue;
        noisy[key] = tf.add(gradient, tf.mul(step.random(key, gradient.shape, 'normal'), stddev.read(step)));
      }
      return noisy;
    },
  };
}
