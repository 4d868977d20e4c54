import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { option } from '@espalier/core';
import { isTraining, LayerNumbers, onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of {@link GaussianNoise}. */
export interface GaussianNoiseLayerOptions extends LayerOptions {
  /** Standard deviation of the noise, in units of the input; >= 0. */
  readonly stddev: number;
  /** Seed of the noise outside a run; in a run its own seed counts. Default 0. */
  readonly seed?: number;
}

/**
 * Adds noise in training, anywhere in a model; `gaussianNoise` of `@espalier/regularizers` adds it to a model's inputs.
 *
 * ```text
 * training:   y = x + stddev n,   n standard normal
 * otherwise:  y = x
 * ```
 *
 * In a step of Espalier, n comes from the step's stream `gaussian-noise/<layer name>`.
 *
 * @throws EspalierError `invalid-option` for a negative deviation or a bad seed.
 * @example
 * ```ts
 * tfl.sequential({ layers: [tfl.layers.dense({ units: 8, inputShape: [4] }), new GaussianNoise({ stddev: 0.1 })] });
 * ```
 * Source: Keras's `GaussianNoise`.
 */
export class GaussianNoise extends tfl.layers.Layer {
  static readonly className = 'EspalierGaussianNoise';
  static {
    tf.serialization.registerClass(this);
  }

  readonly stddev: number;
  readonly seed: number;
  readonly #numbers: LayerNumbers;

  constructor(options: GaussianNoiseLayerOptions) {
    const { stddev, seed } = readLayerOptions('gaussian-noise-layer', options, {
      stddev: option.number({ min: 0 }),
      seed: option.seed({ default: 0 }),
    });
    super(options as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.stddev = stddev;
    this.seed = seed;
    this.supportsMasking = true;
    this.#numbers = new LayerNumbers('gaussian-noise', seed);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      if (this.stddev === 0 || !isTraining(kwargs)) return x;
      return tf.add(x, tf.mul(this.#numbers.normals(this.name, x.shape), this.stddev));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), stddev: this.stddev, seed: this.seed };
  }
}
