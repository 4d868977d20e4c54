import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;

/** Stock batch normalisations over another axis than the last. */
export function inwardBatchNorms(layers: readonly Layer[]): Layer[] {
  return layers.filter((layer) => {
    if (layer.getClassName() !== 'BatchNormalization') return false;
    const { axis, inputSpec } = layer as unknown as { axis: number; inputSpec?: { ndim?: number }[] };
    return axis !== -1 && axis !== (inputSpec?.[0]?.ndim ?? 0) - 1;
  });
}

/**
 * Has a batch normalisation work on the last axis, with its input turned there and back. TensorFlow.js' own way for other axes
 * takes means of rank above 1, which its kernels read as if they ran along the last axis and its gradient cannot shape.
 */
export function overrideBatchNorm(layer: Layer): () => void {
  const target = layer as unknown as {
    axis: number;
    call?: (inputs: tf.Tensor | tf.Tensor[], options: Record<string, unknown>) => tf.Tensor;
  };
  const given = target.axis;
  const stock = target.call!.bind(layer);
  target.call = (inputs, options) =>
    tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const last = x.rank - 1;
      const axis = given < 0 ? given + x.rank : given;
      const there = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
      target.axis = last;
      try {
        // Two axes change places: the same turn leads back.
        return tf.transpose(stock(tf.transpose(x, there), options), there);
      } finally {
        target.axis = given;
      }
    });
  return () => delete target.call;
}
