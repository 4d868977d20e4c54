import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;

/** Stock batch normalisations and our own. */
export function batchNormsOf(layers: readonly Layer[]): Layer[] {
  return layers.filter((layer) => layer.getClassName().endsWith('BatchNormalization'));
}

/** Whether a layer is frozen now, by itself or with the model around it. */
export function isFrozen(layer: Layer): boolean {
  const own = (layer as unknown as { _trainableWeights?: readonly { readonly trainable: boolean }[] })
    ._trainableWeights;
  return (
    !layer.trainable || (own !== undefined && own.length > 0 && own.every(({ trainable }) => !trainable))
  );
}

/**
 * Has a frozen batch normalisation use its moving statistics in training, too, and leave them as they are, as in Keras.
 * TensorFlow.js' own takes those of the batch, and moves the others.
 */
export function overrideFrozen(layer: Layer): () => void {
  const target = layer as unknown as {
    call?: (inputs: tf.Tensor | tf.Tensor[], options: Record<string, unknown>) => tf.Tensor;
  };
  const before = Object.getOwnPropertyDescriptor(target, 'call');
  const stock = target.call!.bind(layer);
  target.call = (inputs, options) => stock(inputs, { ...options, training: false });
  return () => (before ? Object.defineProperty(target, 'call', before) : delete target.call);
}
