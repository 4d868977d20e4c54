import * as tf from '@tensorflow/tfjs-core';
import { EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import { RandomLayer } from './random-layer.js';

/** Options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Share of units set to 0 in training; 0 <= rate < 1. */
  readonly rate: number;
  /**
   * Shape of the mask, which is broadcast over the input: 1 where all share a draw, `null` or the input's own size elsewhere, e.g.
   * `[null, 1, null]` for whole channels of a sequence. Default: the input's shape.
   */
  readonly noiseShape?: readonly (number | null)[];
  /** Seed of the masks outside a run, e.g. in `model.fit`; in a run its own seed counts. Default 0. */
  readonly seed?: number;
  /** The layer's name, which also names its random numbers: layers of different names have different masks. */
  readonly name?: string;
}

/**
 * Dropout whose mask is a function of (run seed, layer name, step), so that runs can be repeated and resumed.
 *
 * ```text
 * training:   y = x [u >= rate] / (1 - rate),   u uniform in [0, 1)
 * otherwise:  y = x
 * ```
 *
 * In a step of Espalier, u comes from the step's stream `dropout/<layer name>`. In a plain `model.fit` the layer counts its
 * calls and draws from (its seed, its name, count). TensorFlow.js' own seeded Dropout repeats one mask for ever.
 *
 * @throws EspalierError `invalid-option` for a rate outside [0, 1) or a bad seed.
 * @example
 * ```ts
 * tfl.sequential({ layers: [tfl.layers.dense({ units: 8, inputShape: [4] }), new Dropout({ rate: 0.5 })] });
 * ```
 * Source: Srivastava et al. (2014), scaled in training as in PyTorch and Keras.
 */
export class Dropout extends RandomLayer {
  static readonly className: string = 'EspalierDropout';
  static {
    tf.serialization.registerClass(this);
  }

  readonly rate: number;
  readonly noiseShape: readonly (number | null)[] | undefined;

  constructor(options: DropoutOptions) {
    const { rate, noiseShape, seed } = readLayerOptions('dropout', options, {
      rate: option.number({ min: 0, max: 1, exclusiveMax: true }),
      noiseShape: noiseShapeRule,
      seed: option.seed({ default: 0 }),
    });
    super('dropout', seed, options);
    this.rate = rate;
    this.noiseShape = noiseShape;
  }

  protected override inTraining(x: tf.Tensor): tf.Tensor {
    if (this.rate === 0) return x;
    const kept = tf.greaterEqual(this.uniforms(this.maskShape(x.shape)), this.rate);
    return tf.mul(x, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - this.rate)));
  }

  /** Shape of the mask of an input of this shape. */
  protected maskShape(shape: readonly number[]): number[] {
    const noise = this.noiseShape;
    if (noise === undefined) return [...shape];
    const fits =
      noise.length === shape.length &&
      noise.every((size, i) => size === null || size === 1 || size === shape[i]);
    if (fits) return noise.map((size, i) => size ?? shape[i]!);
    throw new EspalierError({
      code: 'invalid-option',
      scope: `dropout '${this.name}'`,
      message: `noiseShape ${describe(noise)} does not fit inputs ${describe(shape)}: each size must be 1, null or the input's.`,
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const noiseShape = this.noiseShape && [...this.noiseShape];
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, ...(noiseShape && { noiseShape }) };
  }
}

const noiseShapeRule = option.custom<readonly (number | null)[], { readonly optional: true }>({
  expected: 'a list of sizes, each a whole number >= 1 or null',
  accepts: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((size) => size === null || (Number.isInteger(size) && size >= 1)),
  optional: true,
});
