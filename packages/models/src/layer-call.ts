import * as tf from '@tensorflow/tfjs-core';
import { currentStep, stream } from '@espalier/core';

/** The one tensor that a layer with one input is called with. */
export function onlyTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}

/** Whether a layer is called in training. */
export function isTraining(kwargs: Readonly<Record<string, unknown>> | undefined): boolean {
  return Boolean(kwargs?.['training'] ?? currentStep()?.training);
}

/**
 * A layer's random numbers: in a step of Espalier from the step's stream `<kind>/<layer name>`; in a plain `model.fit` a function
 * of (seed, name, how often the layer was called).
 */
export class LayerNumbers {
  readonly #kind: string;
  readonly #seed: number;
  #calls = 0;

  constructor(kind: string, seed: number) {
    this.#kind = kind;
    this.#seed = seed;
  }

  /** Uniform in [0, 1). */
  uniforms(layer: string, shape: readonly number[]): tf.Tensor {
    return this.#draw(layer, shape, 'uniform');
  }

  /** Standard normal. */
  normals(layer: string, shape: readonly number[]): tf.Tensor {
    return this.#draw(layer, shape, 'normal');
  }

  #draw(layer: string, shape: readonly number[], distribution: 'uniform' | 'normal'): tf.Tensor {
    const name = `${this.#kind}/${layer}`;
    const step = currentStep();
    if (step) return step.random(name, shape, distribution);
    const numbers = stream(this.#seed, name, this.#calls++);
    const size = tf.util.sizeFromShape([...shape]);
    const values = distribution === 'normal' ? numbers.normals(size) : numbers.uniforms(size);
    return tf.tensor(values, [...shape], 'float32');
  }
}
