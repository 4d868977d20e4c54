import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of {@link Normalization}. */
export interface NormalizationOptions extends LayerOptions {
  /** Mean of each feature, or one for all. */
  readonly mean: readonly number[];
  /** Variance of each feature, or one for all; >= 0. */
  readonly variance: readonly number[];
  /** Gives back the input of what was normalised. Default false. */
  readonly invert?: boolean;
}

/** The least deviation that is divided by, as Keras has it. */
const LEAST_DEVIATION = 1e-7;

/**
 * Normalises features inside the model, by numbers that are saved with it: whoever predicts gives raw features.
 *
 * ```text
 * y = (x - mean) / max(sqrt(variance), 1e-7)        with invert: x = mean + y max(sqrt(variance), 1e-7)
 * ```
 *
 * For inputs `[N, ..., C]`; mean and variance are `[C]` or `[1]`, constants that no step changes. `featureStatistics` of
 * `@espalier/datasets` has them for the training data, whose deviations are to be squared.
 *
 * @throws EspalierError `invalid-option` for bad options; `invalid-model` for an input whose last axis does not fit.
 * @example
 * ```ts
 * tfl.sequential({
 *   layers: [new Normalization({ mean: [10, 0], variance: [4, 1], inputShape: [2] }), tfl.layers.dense({ units: 1 })],
 * });
 * ```
 * Source: Keras's `Normalization`.
 */
export class Normalization extends tfl.layers.Layer {
  static readonly className = 'EspalierNormalization';
  static {
    tf.serialization.registerClass(this);
  }

  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly invert: boolean;

  constructor(options: NormalizationOptions) {
    const { mean, variance, invert } = readLayerOptions('normalization', options, {
      mean: option.custom<readonly number[]>({
        expected: 'a list of numbers',
        accepts: (value) => isList(value),
      }),
      variance: option.custom<readonly number[]>({
        expected: 'a list of numbers >= 0',
        accepts: (value) => isList(value) && value.every((one) => one >= 0),
      }),
      invert: option.boolean({ default: false }),
    });
    super(options as unknown as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.mean = mean;
    this.variance = variance;
    this.invert = invert;
    this.supportsMasking = true;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    for (const [what, { length }] of Object.entries({ mean: this.mean, variance: this.variance })) {
      if (length === 1 || length === shape.at(-1)) continue;
      throw new EspalierError({
        code: 'invalid-model',
        scope: `normalization '${this.name}'`,
        message: `${what} has ${length} numbers, and the input is ${describe(shape)}: give one for each feature, or one for all.`,
      });
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      const mean = tf.tensor1d([...this.mean]);
      const deviation = tf.tensor1d(this.variance.map((one) => Math.max(Math.sqrt(one), LEAST_DEVIATION)));
      return this.invert ? tf.add(tf.mul(x, deviation), mean) : tf.div(tf.sub(x, mean), deviation);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      mean: [...this.mean],
      variance: [...this.variance],
      invert: this.invert,
    };
  }
}

function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => Number.isFinite(one));
}
