import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EspalierError, option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { isTraining, onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import type { Affine } from './normalize.js';
import { normalizeBy, normalizeByBatch } from './normalize.js';

/** Options of {@link BatchNormalization}. */
export interface BatchNormalizationOptions extends LayerOptions {
  /** Share of the old moving statistics that each batch leaves; 0 <= momentum <= 1. Default 0.99. */
  readonly momentum?: number;
  /** Added to the variance; > 0. Default 1e-3. */
  readonly epsilon?: number;
  /** Whether there is a shift `beta`. Default true. */
  readonly center?: boolean;
  /** Whether there is a scale `gamma`. Default true. */
  readonly scale?: boolean;
  /** False freezes the layer: it uses its moving statistics and leaves them as they are. Default true. */
  readonly trainable?: boolean;
}

/**
 * Batch normalisation over the last axis.
 *
 * ```text
 * training:   m, v = mean and biased variance over all axes but the last
 *             moving = momentum moving + (1 - momentum) (m or v)
 * otherwise:  m, v = moving mean and variance
 * y = gamma (x - m) / sqrt(v + epsilon) + beta
 * ```
 *
 * For inputs `[N, ..., C]` of any rank >= 2; gamma, beta and the moving statistics are `[C]`, starting at 1, 0, 0 and 1.
 * Frozen (`trainable = false`), it uses the moving statistics in training too, and does not update them.
 *
 * As Keras 3. PyTorch differs: its momentum is 1 - this one (default 0.1, that is 0.9 here), its epsilon is 1e-5, its moving
 * variance takes the unbiased variance v M / (M - 1), and it refuses a batch of one, which here normalises to beta.
 *
 * @throws EspalierError `invalid-option` for a bad momentum, epsilon, center or scale; `invalid-model` when built on an
 *   input without a known last axis.
 * @example
 * ```ts
 * tfl.sequential({ layers: [tfl.layers.dense({ units: 8, inputShape: [4] }), new BatchNormalization()] });
 * ```
 * Source: Ioffe and Szegedy (2015).
 */
export class BatchNormalization extends tfl.layers.Layer {
  static readonly className = 'EspalierBatchNormalization';
  static {
    tf.serialization.registerClass(this);
  }

  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  #gamma: tfl.LayerVariable | undefined;
  #beta: tfl.LayerVariable | undefined;
  #movingMean!: tfl.LayerVariable;
  #movingVariance!: tfl.LayerVariable;

  constructor(options: BatchNormalizationOptions = {}) {
    const { momentum, epsilon, center, scale } = readLayerOptions('batch-normalization', options, {
      momentum: option.number({ min: 0, max: 1, default: 0.99 }),
      epsilon: option.number({ min: 0, exclusiveMin: true, default: 1e-3 }),
      center: option.boolean({ default: true }),
      scale: option.boolean({ default: true }),
    });
    super(options as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.center = center;
    this.scale = scale;
    this.supportsMasking = true;
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    const channels = channelsOf(shape, this.name);
    const ones = tfl.initializers.ones();
    const zeros = tfl.initializers.zeros();
    const add = (name: string, initializer: typeof ones, trainable: boolean): tfl.LayerVariable =>
      this.addWeight(name, [channels], 'float32', initializer, undefined, trainable);
    if (this.scale) this.#gamma = add('gamma', ones, true);
    if (this.center) this.#beta = add('beta', zeros, true);
    this.#movingMean = add('moving_mean', zeros, false);
    this.#movingVariance = add('moving_variance', ones, false);
    this.inputSpec = [new tfl.InputSpec({ ndim: shape.length, axes: { [-1]: channels } })];
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = onlyTensor(inputs);
      const affine: Affine = { gamma: this.#gamma?.read(), beta: this.#beta?.read() };
      if (!isTraining(kwargs) || !this.trainable) {
        return normalizeBy(input, affine, this.epsilon, this.#movingMean.read(), this.#movingVariance.read());
      }
      const rows = tf.reshape(input, [-1, input.shape.at(-1)!]);
      const normalized = normalizeByBatch(rows, affine, this.epsilon, (mean, variance) => {
        this.#move(this.#movingMean, mean);
        this.#move(this.#movingVariance, variance);
      });
      return tf.reshape(normalized, input.shape);
    });
  }

  #move(moving: tfl.LayerVariable, value: tf.Tensor): void {
    moving.write(tf.add(tf.mul(moving.read(), this.momentum), tf.mul(value, 1 - this.momentum)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { momentum, epsilon, center, scale } = this;
    return { ...super.getConfig(), momentum, epsilon, center, scale };
  }
}

function channelsOf(shape: tfl.Shape, name: string): number {
  const channels = shape[shape.length - 1];
  if (shape.length >= 2 && typeof channels === 'number') return channels;
  throw new EspalierError({
    code: 'invalid-model',
    scope: `batch-normalization '${name}'`,
    message: `the input must be [N, ..., C] with a known C, got ${describe(shape)}.`,
  });
}
