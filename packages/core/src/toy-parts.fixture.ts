import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Dataset } from './data/dataset.js';
import type { Loss } from './step/loss.js';
import { mapTensors } from './step/gradients.js';
import type { Optimizer } from './step/optimizer.js';

/* The smallest real parts that a run can be made of, so that core is tested without the packages that build on it. */

/** y = x w + b with two inputs, always the same start. Layer `line`, input `line_input`. */
export function toyModel(): tfl.LayersModel {
  const line = tfl.layers.dense({ units: 1, name: 'line', inputShape: [2] });
  const model = tfl.sequential({ layers: [line] });
  const start = [tf.tensor2d([0.5, -0.3], [2, 1]), tf.tensor1d([0.1])];
  line.setWeights(start);
  tf.dispose(start);
  return model;
}

/** `count` examples of t = 2 a - b + 1. */
export function digits(count: number): Dataset {
  const x = Float32Array.from({ length: count * 2 }, (_, i) => ((i * 37) % 19) / 19 - 0.5);
  const t = Float32Array.from({ length: count }, (_, i) => 2 * x[2 * i]! - x[2 * i + 1]! + 1);
  const rows = (data: Float32Array, width: number, indices: Uint32Array): Float32Array =>
    Float32Array.from(
      { length: indices.length * width },
      (_, i) => data[indices[Math.floor(i / width)]! * width + (i % width)]!,
    );
  return {
    size: count,
    inputs: { input: { shape: [2], dtype: 'float32' } },
    targets: { target: { shape: [1], dtype: 'float32' } },
    arrays: {
      inputs: { input: { data: x, shape: [count, 2], dtype: 'float32' } },
      targets: { target: { data: t, shape: [count, 1], dtype: 'float32' } },
    },
    batch: (indices) => ({
      inputs: { input: { data: rows(x, 2, indices), shape: [indices.length, 2], dtype: 'float32' } },
      targets: { target: { data: rows(t, 1, indices), shape: [indices.length, 1], dtype: 'float32' } },
    }),
  };
}

/** (y - t)^2 per example. */
export function squaredError(): Loss {
  return {
    name: 'squared-error',
    perExample: (outputs, targets) => tf.mean(tf.square(tf.sub(outputs, targets)), 1),
  };
}

/** Gradient descent with momentum 0.9. */
export function momentum(learningRate: number): Optimizer {
  return {
    name: 'momentum',
    learningRate,
    init: (parameters) =>
      Object.fromEntries(
        Object.entries(parameters).map(([name, p]) => [`velocity/${name}`, tf.zerosLike(p)]),
      ),
    update(gradients, slots, parameters, scalars) {
      const rate = scalars('learningRate');
      const velocity = mapTensors(gradients, (g, name) => tf.add(tf.mul(slots[`velocity/${name}`]!, 0.9), g));
      return {
        parameters: {
          ...parameters,
          ...mapTensors(velocity, (v, name) => tf.sub(parameters[name]!, tf.mul(v, rate))),
        },
        slots: Object.fromEntries(Object.entries(velocity).map(([name, v]) => [`velocity/${name}`, v])),
      };
    },
  };
}
