import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

/** Whole `model.fit` steps of one model on synthetic data. */
export interface Workload {
  /** Runs one epoch of `steps` steps. */
  epoch(): Promise<unknown>;
  readonly steps: number;
}

const BATCH = 64;
const CLASSES = 10;

function workload(model: layers.Sequential, inputShape: number[], steps: number): Workload {
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const samples = BATCH * steps;
  const xs = tf.randomUniform([samples, ...inputShape], 0, 1, 'float32', 1);
  const labels = Int32Array.from({ length: samples }, (_, i) => i % CLASSES);
  const ys = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES), 'float32');
  return {
    steps,
    epoch: () => model.fit(xs, ys, { batchSize: BATCH, epochs: 1, verbose: 0, yieldEvery: 'never' }),
  };
}

/** 784-64-64-10 with ReLU. */
export function mlp(steps: number): Workload {
  const model = layers.sequential();
  model.add(layers.layers.dense({ units: 64, activation: 'relu', inputShape: [784] }));
  model.add(layers.layers.dense({ units: 64, activation: 'relu' }));
  model.add(layers.layers.dense({ units: CLASSES, activation: 'softmax' }));
  return workload(model, [784], steps);
}

/** 28 x 28 x 1: twice convolution 3 x 3, batch normalisation, ReLU, max pooling (32, then 64 filters); dense 128, dense 10. */
export function cnn(steps: number): Workload {
  const model = layers.sequential();
  for (const [i, filters] of [32, 64].entries()) {
    const inputShape = i === 0 ? { inputShape: [28, 28, 1] } : {};
    model.add(layers.layers.conv2d({ filters, kernelSize: 3, padding: 'same', ...inputShape }));
    model.add(layers.layers.batchNormalization());
    model.add(layers.layers.reLU());
    model.add(layers.layers.maxPooling2d({ poolSize: 2 }));
  }
  model.add(layers.layers.flatten());
  model.add(layers.layers.dropout({ rate: 0.25 }));
  model.add(layers.layers.dense({ units: 128, activation: 'relu' }));
  model.add(layers.layers.dense({ units: CLASSES, activation: 'softmax' }));
  return workload(model, [28, 28, 1], steps);
}
