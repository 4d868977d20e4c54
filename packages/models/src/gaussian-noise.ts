import * as tf from '@tensorflow/tfjs-core';
import { option } from '@espalier/core';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import { RandomLayer } from './random-layer.js';

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
export class GaussianNoise extends RandomLayer {
  static readonly className = 'EspalierGaussianNoise';
  static {
    tf.serialization.registerClass(this);
  }

  readonly stddev: number;

  constructor(options: GaussianNoiseLayerOptions) {
    const { stddev, seed } = readLayerOptions('gaussian-noise-layer', options, {
      stddev: option.number({ min: 0 }),
      seed: option.seed({ default: 0 }),
    });
    super('gaussian-noise', seed, options);
    this.stddev = stddev;
  }

  protected override inTraining(x: tf.Tensor): tf.Tensor {
    return this.stddev === 0 ? x : tf.add(x, tf.mul(this.normals(x.shape), this.stddev));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), stddev: this.stddev, seed: this.seed };
  }
}
