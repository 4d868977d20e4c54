import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { KernelWrapper, type KernelWrapperOptions } from './kernel-wrapper.js';

/** Options of {@link WeightNormalization}. */
export type WeightNormalizationOptions = KernelWrapperOptions;

/**
 * Trains a layer's kernel as lengths and directions.
 *
 * ```text
 * w = scale v / norm2(v)     for each unit: scale, one number, and v, the weights into it
 * ```
 *
 * The weights are `scale [units]`, `kernel` (v, as the layer has it) and the layer's bias. At first scale is the norm of v, so that w
 * is the kernel that the layer began with. Kernels: 5 forward.
 *
 * As `torch.nn.utils.parametrizations.weight_norm`, `scale` being its `original0`, v `original1`.
 *
 * @throws EspalierError `invalid-option` for a layer without a kernel `[..., inputs, units]`.
 * @example
 * ```ts
 * const layer = new WeightNormalization({ layer: tfl.layers.dense({ units: 8 }), inputShape: [4], name: 'hidden' });
 * ```
 * Source: Salimans and Kingma (2016).
 */
export class WeightNormalization extends KernelWrapper {
  static readonly className = 'EspalierWeightNormalization';
  static {
    tf.serialization.registerClass(this);
  }

  #scale: tfl.LayerVariable | undefined;

  constructor(options: WeightNormalizationOptions) {
    super('weight-normalization', options);
  }

  protected override buildFor(kernel: tf.Tensor): void {
    const norms = { apply: () => tf.clone(this.#norms(kernel)) } as unknown as ReturnType<
      typeof tfl.initializers.zeros
    >;
    this.#scale = this.addWeight('scale', [kernel.shape.at(-1)!], 'float32', norms, undefined, true);
  }

  protected override normalized(kernel: tf.Tensor): tf.Tensor {
    return tf.mul(kernel, tf.div(this.#scale!.read(), this.#norms(kernel)));
  }

  /** Sets the lengths to those of the present kernel, whose weights then are the layer's again. */
  resetScale(): void {
    const kernel = this.layer.getWeights()[0]!;
    const norms = tf.tidy(() => this.#norms(kernel));
    this.#scale?.write(norms as tf.Variable);
    norms.dispose();
  }

  #norms(kernel: tf.Tensor): tf.Tensor {
    return tf.sqrt(tf.sum(tf.square(kernel), this.axesOf(kernel)));
  }
}
