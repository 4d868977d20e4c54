import * as tf from '@tensorflow/tfjs-core';
import { option } from '@espalier/core';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import { RandomLayer } from './random-layer.js';

/** Options of {@link GaussianDropout}. */
export interface GaussianDropoutOptions extends LayerOptions {
  /** The noise has the variance of a dropout of this rate; 0 <= rate < 1. */
  readonly rate: number;
  /** Seed of the noise outside a run; in a run its own seed counts. Default 0. */
  readonly seed?: number;
}

/**
 * Multiplies by noise around 1 in training, which needs no other scale afterwards.
 *
 * ```text
 * training:   y = x (1 + sqrt(rate / (1 - rate)) n),   n standard normal
 * otherwise:  y = x
 * ```
 *
 * In a step of Espalier, n comes from the step's stream `gaussian-dropout/<layer name>`.
 *
 * @throws EspalierError `invalid-option` for a rate outside [0, 1) or a bad seed.
 * @example
 * ```ts
 * tfl.sequential({ layers: [tfl.layers.dense({ units: 8, inputShape: [4] }), new GaussianDropout({ rate: 0.3 })] });
 * ```
 * Source: Srivastava et al. (2014), section 10, as Keras's `GaussianDropout`.
 */
export class GaussianDropout extends RandomLayer {
  static readonly className = 'EspalierGaussianDropout';
  static {
    tf.serialization.registerClass(this);
  }

  readonly rate: number;

  constructor(options: GaussianDropoutOptions) {
    const { rate, seed } = readLayerOptions('gaussian-dropout', options, {
      rate: option.number({ min: 0, max: 1, exclusiveMax: true }),
      seed: option.seed({ default: 0 }),
    });
    super('gaussian-dropout', seed, options);
    this.rate = rate;
  }

  protected override inTraining(x: tf.Tensor): tf.Tensor {
    if (this.rate === 0) return x;
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return tf.mul(x, tf.add(tf.mul(this.normals(x.shape), stddev), 1));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}
