import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { StepContext } from '../step/step-context.js';

type Layer = tfl.layers.Layer;

/** Classes of stock layers that get masks of the run's own. */
export const DROPOUTS: ReadonlySet<string> = new Set(['Dropout', 'SpatialDropout1D']);

/** The stock layers whose masks are replaced. */
export function dropoutsOf(layers: readonly Layer[]): Layer[] {
  return layers.filter((layer) => DROPOUTS.has(layer.getClassName()));
}

/** TensorFlow.js' Dropout draws the same mask at every step when seeded, and any mask when not. */
export function overrideDropout(layer: Layer, step: StepContext): () => void {
  const { rate } = layer as unknown as { rate: number };
  const { getNoiseShape } = layer as unknown as { getNoiseShape(input: tf.Tensor): number[] | null };
  const target = layer as { call?: unknown };
  target.call = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => {
    const input = Array.isArray(inputs) ? inputs[0]! : inputs;
    if (!step.training || rate === 0) return input;
    const shape = getNoiseShape.call(layer, input) ?? input.shape;
    const kept = tf.greaterEqual(step.random(`dropout/${layer.name}`, shape), rate);
    return tf.mul(input, tf.mul(tf.cast(kept, 'float32'), 1 / (1 - rate)));
  };
  return () => delete target.call;
}
