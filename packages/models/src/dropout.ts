import * as tf from '@tensorflow/tfjs-core';
import { currentStep, EspalierError, option, type Schedule } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import { RandomLayer } from './random-layer.js';

/** Options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Share of units set to 0 in training; 0 <= rate < 1, or its schedule, for runs of a trainer. */
  readonly rate: number | Schedule;
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

  readonly rate: number | Schedule;
  /** What the step knows as `layer/<name>/rate`, where the rate is a schedule. */
  readonly scalars?: Readonly<Record<string, Schedule>>;
  readonly noiseShape: readonly (number | null)[] | undefined;

  constructor(options: DropoutOptions) {
    const { rate, noiseShape, seed } = readLayerOptions('dropout', options, {
      rate: option.schedule({ min: 0, max: 1, exclusiveMax: true }),
      noiseShape: noiseShapeRule,
      seed: option.seed({ default: 0 }),
    });
    super('dropout', seed, options);
    this.rate = rate;
    if (typeof rate === 'function') this.scalars = { rate };
    this.noiseShape = noiseShape;
  }

  protected override inTraining(x: tf.Tensor): tf.Tensor {
    const rate = typeof this.rate === 'number' ? this.rate : this.#rateNow();
    if (rate === 0) return x;
    const kept = tf.cast(tf.greaterEqual(this.uniforms(this.maskShape(x.shape)), rate), 'float32');
    const mask = typeof rate === 'number' ? tf.mul(kept, 1 / (1 - rate)) : tf.div(kept, tf.sub(1, rate));
    return tf.mul(x, mask);
  }

  #rateNow(): tf.Scalar {
    const step = currentStep();
    if (step) return step.scalar(`layer/${this.name}/rate`);
    return this.#refuse(
      'its rate is a schedule, which only the runs of a Trainer know; give a number for model.fit',
    );
  }

  #refuse(message: string): never {
    throw new EspalierError({
      code: 'invalid-option',
      scope: `dropout '${this.name}'`,
      message: `${message}.`,
    });
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
    if (typeof this.rate !== 'number')
      return this.#refuse(
        'its rate is a schedule, which no file holds; save the weights, or a model with a number as its rate',
      );
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
