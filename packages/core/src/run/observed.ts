import type * as tf from '@tensorflow/tfjs-core';

/** A tensor that a plugin made of a layer's output. */
export interface Observed {
  readonly plugin: string;
  readonly layer: string;
  readonly name: string;
  readonly tensor: tf.Tensor;
}
