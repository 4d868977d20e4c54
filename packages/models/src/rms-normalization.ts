import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of {@link RmsNormalization}. */
export interface RmsNormalizationOptions extends LayerOptions {
  /** Added to the mean square; >= 0. Default 1e-6. */
  readonly epsilon?: number;
  /** Whether there is a scale `gamma`. Default true. */
  readonly scale?: boolean;
}

/**
 * Divides by the root of the mean square over the last axis: layer normalisation without the mean.
 *
 * ```text
 * y = gamma x / sqrt(mean(x^2) + epsilon)
 * ```
 *
 * For inputs `[N, ..., C]`; gamma is `[C]`, starting at 1. Without scale and with epsilon 0 it differs from Keras's `UnitNormalization` by the
 * factor sqrt(C).
 *
 * @throws EspalierError `invalid-option` for bad options; `invalid-model` for an input without a known last axis.
 * @example
 * ```ts
 * tfl.sequential({ layers: [tfl.layers.dense({ units: 8, inputShape: [4] }), new RmsNormalization()] });
 * ```
 * Source: Zhang and Sennrich (2019), as `RMSNormalization` of Keras and `RMSNorm` of PyTorch.
 */
export class RmsNormalization extends tfl.layers.Layer {
  static readonly className = 'EspalierRmsNormalization';
  static {
    tf.serialization.registerClass(this);
  }

  readonly epsilon: number;
  readonly scale: boolean;
  #gamma: tfl.LayerVariable | undefined;

  constructor(options: RmsNormalizationOptions = {}) {
    const { epsilon, scale } = readLayerOptions('rms-normalization', options, {
      epsilon: option.number({ min: 0, default: 1e-6 }),
      scale: option.boolean({ default: true }),
    });
    super(options as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.epsilon = epsilon;
    this.scale = scale;
    this.supportsMasking = true;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    const channels = shape.at(-1);
    if (typeof channels !== 'number') {
      throw new EspalierError({
        code: 'invalid-model',
        scope: `rms-normalization '${this.name}'`,
        message: `the input must be [N, ..., C] with a known C, got ${describe(shape)}.`,
      });
    }
    if (this.scale) {
      this.#gamma = this.addWeight('gamma', [channels], 'float32', tfl.initializers.ones(), undefined, true);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      const square = tf.mean(tf.square(x), -1, true);
      const normal = tf.mul(x, tf.rsqrt(tf.add(square, this.epsilon)));
      return this.#gamma ? tf.mul(normal, this.#gamma.read()) : normal;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon, scale: this.scale };
  }
}
