import type * as tf from '@tensorflow/tfjs-core';
import { option } from '@espalier/core';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import { RandomLayer } from './random-layer.js';

/** Options of a {@link RateLayer}. */
export interface RateOptions extends LayerOptions {
  readonly rate: number;
  readonly seed?: number;
}

/** A layer of random numbers that has a rate, 0 <= rate < 1, and changes nothing at 0. */
export abstract class RateLayer extends RandomLayer {
  readonly rate: number;

  /** @param kind As that of a {@link RandomLayer}, and of the options. */
  constructor(kind: string, options: RateOptions) {
    const { rate, seed } = readLayerOptions(kind, options, {
      rate: option.number({ min: 0, max: 1, exclusiveMax: true }),
      seed: option.seed({ default: 0 }),
    });
    super(kind, seed, options);
    this.rate = rate;
  }

  protected override inTraining(x: tf.Tensor): tf.Tensor {
    return this.rate === 0 ? x : this.atRate(x, this.rate);
  }

  /** @param rate Above 0. */
  protected abstract atRate(x: tf.Tensor, rate: number): tf.Tensor;

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}
