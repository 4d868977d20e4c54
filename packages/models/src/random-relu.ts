import * as tf from '@tensorflow/tfjs-core';
import { checkOptions, option } from '@espalier/core';
import { type LayerOptions, readLayerOptions } from './layer-options.js';
import { RandomLayer } from './random-layer.js';

/** Options of {@link RandomRelu}. */
export interface RandomReluOptions extends LayerOptions {
  /** Smallest slope below 0. Default 1/8. */
  readonly lower?: number;
  /** Largest slope below 0; at least `lower`. Default 1/3. */
  readonly upper?: number;
  /** Seed of the slopes outside a run; in a run its own seed counts. Default 0. */
  readonly seed?: number;
}

/**
 * Leaky ReLU with a slope drawn for each element in training, and the middle of the range otherwise.
 *
 * ```text
 * y = max(x, 0) + a min(x, 0),   training: a uniform in [lower, upper),   otherwise: a = (lower + upper) / 2
 * ```
 *
 * In a step of Espalier, a comes from the step's stream `rrelu/<layer name>`.
 *
 * @throws EspalierError `invalid-option` for slopes that are no numbers, or `upper` below `lower`.
 * @example
 * ```ts
 * tfl.sequential({ layers: [tfl.layers.dense({ units: 8, inputShape: [4] }), new RandomRelu()] });
 * ```
 * Source: Xu et al. (2015), as `torch.nn.RReLU`.
 */
export class RandomRelu extends RandomLayer {
  static readonly className = 'EspalierRandomRelu';
  static {
    tf.serialization.registerClass(this);
  }

  readonly lower: number;
  readonly upper: number;

  constructor(options: RandomReluOptions = {}) {
    const { lower, upper, seed } = readLayerOptions('random-relu', options, {
      lower: option.number({ default: 1 / 8 }),
      upper: option.number({ default: 1 / 3 }),
      seed: option.seed({ default: 0 }),
    });
    if (upper < lower) checkOptions('random-relu').fail('upper', `at least lower, ${lower}`, upper);
    super('rrelu', seed, options);
    this.lower = lower;
    this.upper = upper;
  }

  protected override inTraining(x: tf.Tensor): tf.Tensor {
    const { lower, upper } = this;
    const slopes = tf.add(tf.mul(this.uniforms(x.shape), upper - lower), lower);
    return tf.add(tf.relu(x), tf.mul(slopes, tf.minimum(x, 0)));
  }

  protected override otherwise(x: tf.Tensor): tf.Tensor {
    return tf.leakyRelu(x, (this.lower + this.upper) / 2);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { lower, upper, seed } = this;
    return { ...super.getConfig(), lower, upper, seed };
  }
}
