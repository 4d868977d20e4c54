import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/**
 * Scales each example's last axis to length 1; a row of zeros stays one.
 *
 * ```text
 * y = x / sqrt(max(sum(x^2), 1e-12))
 * ```
 *
 * @throws EspalierError `invalid-option` for unknown options.
 * @example
 * ```ts
 * tfl.sequential({ layers: [tfl.layers.dense({ units: 8, inputShape: [4] }), new UnitNormalization()] });
 * ```
 * Source: Keras's `UnitNormalization`.
 */
export class UnitNormalization extends tfl.layers.Layer {
  static readonly className = 'EspalierUnitNormalization';
  static {
    tf.serialization.registerClass(this);
  }

  constructor(options: LayerOptions = {}) {
    readLayerOptions<LayerOptions, object>('unit-normalization', options, {});
    super(options as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      return tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12)));
    });
  }
}
