import * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from './layer-options.js';
import { RateLayer } from './rate-layer.js';

/** Options of {@link AlphaDropout}. */
export interface AlphaDropoutOptions extends LayerOptions {
  /** Share of units set to the value of a saturated SELU in training; 0 <= rate < 1. */
  readonly rate: number;
  /** Seed of the masks outside a run; in a run its own seed counts. Default 0. */
  readonly seed?: number;
}

/** What a SELU saturates at: -scale alpha. */
const SATURATED = -1.0507009873554805 * 1.6732632423543772;

/**
 * Dropout that keeps mean 0 and variance 1, for networks of SELU units.
 *
 * ```text
 * training:   y = a (x m + v (1 - m)) + b,   m = [u >= rate],   u uniform in [0, 1),   v = -1.7580993408473766
 *             a = ((1 - rate) (1 + rate v^2))^(-1/2),   b = -a v rate
 * otherwise:  y = x
 * ```
 *
 * In a step of Espalier, u comes from the step's stream `alpha-dropout/<layer name>`.
 *
 * @throws EspalierError `invalid-option` for a rate outside [0, 1) or a bad seed.
 * @example
 * ```ts
 * tfl.sequential({
 *   layers: [
 *     tfl.layers.dense({ units: 8, activation: 'selu', inputShape: [4] }),
 *     new AlphaDropout({ rate: 0.1 }),
 *   ],
 * });
 * ```
 * Source: Klambauer et al. (2017), as Keras and PyTorch.
 */
export class AlphaDropout extends RateLayer {
  static readonly className = 'EspalierAlphaDropout';
  static {
    tf.serialization.registerClass(this);
  }

  constructor(options: AlphaDropoutOptions) {
    super('alpha-dropout', options);
  }

  protected override atRate(x: tf.Tensor, rate: number): tf.Tensor {
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * SATURATED * SATURATED));
    const kept = tf.cast(tf.greaterEqual(this.uniforms(x.shape), rate), 'float32');
    const mixed = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), SATURATED));
    return tf.add(tf.mul(mixed, a), -a * SATURATED * rate);
  }
}
