import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, Schedule } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import { coefficient } from './coefficient.js';

/** Options of {@link gaussianNoise}. */
export interface GaussianNoiseOptions {
  /** Standard deviation >= 0 in units of the inputs, or its schedule. 0 changes nothing, bit for bit. */
  readonly stddev: number | Schedule;
  /** Names of the inputs that get noise. Default: every float32 input. */
  readonly inputs?: readonly string[];
  /** The plugin's name. Default `gaussian-noise`. */
  readonly name?: string;
}

/**
 * Adds normal noise to the inputs in training: `x = x + stddev * n`, n standard normal, independent for each element.
 *
 * The numbers of a step are a function of run seed, plugin name, input name and step. Evaluation sees clean inputs. As
 * Keras's layer `GaussianNoise` put first. Kernels: 2 per input.
 *
 * @throws EspalierError `invalid-option`; in the first step where an input does not exist or is not float32.
 * @example
 * ```ts
 * const plugin = gaussianNoise({ stddev: 0.1 });
 * ```
 * @see Bishop, Training with noise is equivalent to Tikhonov regularization, 1995.
 */
export function gaussianNoise(options: GaussianNoiseOptions): Plugin<never, never> {
  const { values, config } = readOptions('gaussian-noise', options, {
    stddev: option.schedule({ min: 0 }),
    inputs: option.names({ optional: true }),
    name: option.text({ default: 'gaussian-noise' }),
  });
  const { inputs, name } = values;
  const stddev = coefficient('stddev', values.stddev);
  if (stddev.isZero) return { name, config };
  return {
    name,
    config,
    ...(Object.keys(stddev.scalars).length > 0 && { scalars: stddev.scalars }),
    transformBatch(batch, step) {
      if (!step.training) return batch;
      const noisy: Record<string, Tensor> = { ...batch.inputs };
      const { lookUps = [] } = batch;
      const floats = Object.keys(batch.inputs).filter(
        (key) => batch.inputs[key]!.dtype === 'float32' && !lookUps.includes(key),
      );
      if (floats.length === 0) fail('there are no inputs of numbers: each is int32, or looked up in a table');
      for (const key of inputs ?? floats) {
        if (lookUps.includes(key)) fail(`'${key}' holds row numbers of a table, which noise would change`);
        if (!floats.includes(key))
          fail(`'${key}' is not a float32 input; there are: ${floats.join(', ') || '(none)'}`);
        const x = batch.inputs[key]!;
        noisy[key] = tf.add(x, tf.mul(step.random(key, x.shape, 'normal'), stddev.read(step)));
      }
      return { ...batch, inputs: noisy };
    },
  };
}

function fail(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'gaussian-noise', message: `${message}.` });
}
