import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { isTraining, LayerNumbers, onlyTensor } from './layer-call.js';

/** A layer that changes its input by random numbers in training, and otherwise, unless it says how, not at all. */
export abstract class RandomLayer extends tfl.layers.Layer {
  readonly seed: number;
  readonly #numbers: LayerNumbers;

  /** @param kind Its random numbers are those of the stream `<kind>/<layer name>`. */
  constructor(kind: string, seed: number, options: object) {
    super(options as ConstructorParameters<typeof tfl.layers.Layer>[0]);
    this.seed = seed;
    this.supportsMasking = true;
    this.#numbers = new LayerNumbers(kind, seed);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      return isTraining(kwargs) ? this.inTraining(x) : this.otherwise(x);
    });
  }

  protected abstract inTraining(x: tf.Tensor): tf.Tensor;

  protected otherwise(x: tf.Tensor): tf.Tensor {
    return x;
  }

  /** Uniform in [0, 1). */
  protected uniforms(shape: readonly number[]): tf.Tensor {
    return this.#numbers.uniforms(this.name, shape);
  }

  /** Standard normal. */
  protected normals(shape: readonly number[]): tf.Tensor {
    return this.#numbers.normals(this.name, shape);
  }
}
