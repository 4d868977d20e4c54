import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkOptions, option } from '@espalier/core';
import { isTraining, LayerNumbers, onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

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
 * Leaky ReLU with a slope drawn anew for each element in training, and the middle of the range otherwise.
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
export class RandomRelu extends tfl.layers.Layer {
  static readonly className = 'EspalierRandomRelu';
  static {
    tf.serialization.registerClass(this);
  }

  readonly lower: number;
  readonly upper: number;
  readonly seed: number;
  readonly #numbers: LayerNumbers;

  constructor(options: RandomReluOptions = {}) {
    const { lower, upper, seed } = readLayerOptions('random-relu', options, {
      lower: option.number({ default: 1 / 8 }),
      upper: option.number({ default: 1 / 3 }),
      seed: option.seed({ default: 0 }),
    });
    if (upper < lower) checkOptions('random-relu').fail('upper', `at least lower, ${lower}`, upper);
    super(options as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.lower = lower;
    this.upper = upper;
    this.seed = seed;
    this.supportsMasking = true;
    this.#numbers = new LayerNumbers('rrelu', seed);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      const { lower, upper } = this;
      if (!isTraining(kwargs)) return tf.leakyRelu(x, (lower + upper) / 2);
      const slopes = tf.add(tf.mul(this.#numbers.uniforms(this.name, x.shape), upper - lower), lower);
      return tf.add(tf.relu(x), tf.mul(slopes, tf.minimum(x, 0)));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { lower, upper, seed } = this;
    return { ...super.getConfig(), lower, upper, seed };
  }
}
