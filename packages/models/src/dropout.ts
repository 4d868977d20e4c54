import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { currentStep, option, stream } from '@espalier/core';
import { isTraining, onlyTensor } from './layer-call.js';
import { type LayerOptions, readLayerOptions } from './layer-options.js';

/** Options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Share of units set to 0 in training; 0 <= rate < 1. */
  readonly rate: number;
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
export class Dropout extends tfl.layers.Layer {
  static readonly className = 'EspalierDropout';
  static {
    tf.serialization.registerClass(this);
  }

  readonly rate: number;
  readonly seed: number;
  #calls = 0;

  constructor(options: DropoutOptions) {
    const { rate, seed } = readLayerOptions('dropout', options, {
      rate: option.number({ min: 0, max: 1, exclusiveMax: true }),
      seed: option.seed({ default: 0 }),
    });
    super(options as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.rate = rate;
    this.seed = seed;
    this.supportsMasking = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = onlyTensor(inputs);
      if (this.rate === 0 || !isTraining(kwargs)) return input;
      const kept = tf.greaterEqual(this.#uniforms(input.shape), this.rate);
      return tf.mul(input, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - this.rate)));
    });
  }

  #uniforms(shape: number[]): tf.Tensor {
    const name = `dropout/${this.name}`;
    const step = currentStep();
    if (step) return step.random(name, shape);
    return tf.tensor(stream(this.seed, name, this.#calls++).uniforms(tf.util.sizeFromShape(shape)), shape);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}
