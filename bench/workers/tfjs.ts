/** TensorFlow.js alone. Arguments: case as JSON, backend (wasm, cpu, espalier-wasm), way (fit, loop). */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { wasm } from '@espalier/backend-wasm';
import { toTensorData, useBackend } from '@espalier/core';
import type { Case } from '../cases.js';
import { pictures } from './data.js';
import { serve } from './serve.js';

const spec = JSON.parse(process.argv[2]!) as Case;
const [backend, way] = process.argv.slice(3);
if (backend === 'espalier-wasm') await useBackend(wasm());
else if (!(await tf.setBackend(backend!))) throw new Error(`${backend} does not start`);

const model = tfl.sequential();
const { dense } = tfl.layers;
if (spec.kind === 'cnn') {
  for (const [i, filters] of spec.sizes.entries()) {
    const inputShape = i === 0 ? { inputShape: [28, 28, 1] } : {};
    model.add(tfl.layers.conv2d({ filters, kernelSize: 3, padding: 'same', ...inputShape }));
    model.add(tfl.layers.batchNormalization());
    model.add(tfl.layers.reLU());
    model.add(tfl.layers.maxPooling2d({ poolSize: 2 }));
  }
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dropout({ rate: 0.25 }));
  model.add(dense({ units: 128, activation: 'relu' }));
} else {
  for (const [i, units] of spec.sizes.entries()) {
    model.add(dense({ units, activation: 'relu', ...(i === 0 ? { inputShape: [784] } : {}) }));
    if (spec.batchNormalization) model.add(tfl.layers.batchNormalization());
  }
}
model.add(dense({ units: 10, activation: way === 'fit' ? 'softmax' : 'linear' }));

const examples = Math.max(spec.steps, 10) * spec.batch;
const { inputs, targets } = pictures(spec, examples).arrays!;
const [x, labels] = [Object.values(inputs)[0]!, Object.values(targets)[0]!];
const pixels = toTensorData(x) as Float32Array;
const row = pixels.length / examples;

/** `model.fit` as its documentation has it. */
async function fit(): Promise<(steps: number) => Promise<void>> {
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const xs = tf.tensor(pixels, [...x.shape]);
  const ys = tf.tidy(() =>
    tf.cast(tf.oneHot(tf.tensor1d(labels.data as Int32Array, 'int32'), 10), 'float32'),
  );
  return async (steps) => {
    const count = steps * spec.batch;
    const [a, b] = [tf.slice(xs, 0, count), tf.slice(ys, 0, count)];
    await model.fit(a, b, { batchSize: spec.batch, epochs: 1, verbose: 0, yieldEvery: 'never' });
    tf.dispose([a, b]);
  };
}

function scaled(bytes: ArrayLike<number>): Float32Array {
  const numbers = new Float32Array(bytes.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = bytes[i]! / 255;
  return numbers;
}

/** The loop that one writes by hand: copy a batch, gradients of the loss, Adam, read loss and hits. */
async function loop(): Promise<(steps: number) => Promise<void>> {
  const optimizer = tf.train.adam(0.001);
  return async (steps) => {
    for (let i = 0; i < steps; i++) {
      const at = i * spec.batch;
      const [loss, hits] = tf.tidy(() => {
        // From bytes, as everybody here.
        const bytes = x.data.subarray(at * row, (at + spec.batch) * row);
        const batch = tf.tensor(scaled(bytes), [spec.batch, ...x.shape.slice(1)]);
        const y = tf.tensor1d((labels.data as Int32Array).slice(at, at + spec.batch), 'int32');
        const oneHot = tf.oneHot(y, 10);
        let logits: tf.Tensor | undefined;
        const { value, grads } = tf.variableGrads(() => {
          logits = tf.keep(model.apply(batch, { training: true }) as tf.Tensor);
          return tf.losses.softmaxCrossEntropy(oneHot, logits) as tf.Scalar;
        });
        optimizer.applyGradients(grads as Record<string, tf.Variable>);
        const right = tf.sum(tf.equal(tf.argMax(logits!, -1), y));
        logits!.dispose();
        return [value, right];
      });
      loss!.dataSync();
      hits!.dataSync();
      tf.dispose([loss!, hits!]);
    }
  };
}

await serve(backend === 'espalier-wasm' ? 300 : 5, await (way === 'fit' ? fit() : loop()));
