import * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from './layer-options.js';
import { RateLayer } from './rate-layer.js';

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
export class GaussianDropout extends RateLayer {
  static readonly className = 'EspalierGaussianDropout';
  static {
    tf.serialization.registerClass(this);
  }

  constructor(options: GaussianDropoutOptions) {
    super('gaussian-dropout', options);
  }

  protected override atRate(x: tf.Tensor, rate: number): tf.Tensor {
    const stddev = Math.sqrt(rate / (1 - rate));
    return tf.mul(x, tf.add(tf.mul(this.normals(x.shape), stddev), 1));
  }
}
