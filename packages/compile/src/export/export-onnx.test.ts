import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileStep } from '../compile-step/compile-step.js';
import { exportOnnx } from './export-onnx.js';

beforeAll(() => tf.setBackend('cpu'));

const { layers } = tfl;

function dense(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      layers.dense({ name: 'hidden', units: 7, activation: 'tanh', inputShape: [5] }),
      layers.batchNormalization({ name: 'norm' }),
      layers.dropout({ name: 'drop', rate: 0.5 }),
      layers.dense({ name: 'output', units: 3, activation: 'softmax' }),
    ],
  });
}

function convolutional(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, padding: 'same', inputShape: [8, 6, 2] }),
      layers.batchNormalization({ name: 'norm' }),
      layers.reLU({ name: 'relu' }),
      layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ name: 'output', units: 3 }),
    ],
  });
}

function twoInputs(): tfl.LayersModel {
  const [left, right] = [tfl.input({ shape: [2], name: 'left' }), tfl.input({ shape: [3], name: 'right' })];
  const both = layers.concatenate({ name: 'both' }).apply([left, right]) as tfl.SymbolicTensor;
  const heads = ['sum', 'gate'].map(
    (name) => layers.dense({ name, units: 2, activation: 'sigmoid' }).apply(both) as tfl.SymbolicTensor,
  );
  return tfl.model({ inputs: [left, right], outputs: heads });
}

/** Gives the averages of batch normalisation values that are not their defaults. */
function moved(model: tfl.LayersModel): tfl.LayersModel {
  const weights = model
    .getWeights()
    .map((w, i) => tf.add(w, tf.randomUniform(w.shape, 0.1, 0.5, 'float32', i)));
  model.setWeights(weights);
  return model;
}

describe('exportOnnx', () => {
  test.each<[string, () => tfl.LayersModel]>([
    ['a dense network', dense],
    ['a convolutional network', convolutional],
    ['several inputs and outputs', twoInputs],
  ])('%s predicts the same at any batch size', async (_, make) => {
    const model = moved(make());
    const before = tf.memory().numTensors;
    const file = exportOnnx(model);
    expect(tf.memory().numTensors).toBe(before);
    const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
    const names = model.inputs.map(({ sourceLayer }) => sourceLayer.name);
    expect([...session.inputNames]).toEqual(names);
    expect([...session.outputNames]).toEqual(model.outputs.map(({ sourceLayer }) => sourceLayer.name));
    for (const batch of [1, 2, 3, 17]) {
      const inputs = model.inputs.map(({ shape }, i) =>
        tf.randomNormal([batch, ...(shape.slice(1) as number[])], 0, 1, 'float32', 100 + i),
      );
      const predicted = model.predict(inputs.length === 1 ? inputs[0]! : inputs);
      const feeds = Object.fromEntries(
        inputs.map((x, i) => [names[i]!, new Tensor('float32', x.dataSync() as Float32Array, x.shape)]),
      );
      const results = await session.run(feeds);
      for (const [i, expected] of (Array.isArray(predicted) ? predicted : [predicted]).entries()) {
        const result = results[session.outputNames[i]!]!;
        expect(result.dims).toEqual(expected.shape);
        const values = result.data as Float32Array;
        // float32 sums of up to 48 terms: 1e-6 of the size of the result.
        const size = Math.max(1, ...expected.dataSync().map(Math.abs));
        expected
          .dataSync()
          .forEach((value, j) => expect(Math.abs(values[j]! - value)).toBeLessThan(1e-6 * size));
      }
    }
    await session.release();
  });

  test('a training step goes to a file that trains as the step does', async () => {
    const [x, y] = [tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor2d([1, 0, 1], [3, 1])];
    const w = tf.tensor2d([0.5, -0.25], [2, 1]);
    const step = await compileStep(
      ({ w, x, y }) => {
        const { value, grad } = tf.valueAndGrad((v: tf.Tensor) =>
          tf.losses.meanSquaredError(y, tf.matMul(x as tf.Tensor2D, v as tf.Tensor2D)),
        )(w);
        return { w: tf.sub(w, tf.mul(grad, 0.1)), loss: value };
      },
      { w, x, y },
    );
    const expected = await step.run({ w, x, y });
    const session = await InferenceSession.create(exportOnnx(step));
    expect([...session.inputNames].sort()).toEqual(['w', 'x', 'y']);
    const feeds = Object.fromEntries(
      Object.entries({ w, x, y }).map(([name, tensor]) => [
        name,
        new Tensor('float32', tensor.dataSync() as Float32Array, tensor.shape),
      ]),
    );
    const results = await session.run(feeds);
    expect(results['next/w']!.data).toEqual(expected.w.data);
    expect(results['loss']!.data).toEqual(expected.loss.data);
    // (w - x'(xw - y) 2/3 0.1) written out: xw = [0, .5, 1], xw - y = [-1, .5, 0], x'(...) = [.5, 0].
    expect([...expected.w.data].map((value) => value.toFixed(6))).toEqual(['0.466667', '-0.250000']);
    await session.release();
    await step.dispose();
  });

  test('refuses a model that is not built, and open axes besides the batch', () => {
    expect(() => exportOnnx(tfl.sequential())).toThrow('the model is not built');
    const open = tfl.sequential({ layers: [layers.dense({ name: 'd', units: 1, inputShape: [null, 2] })] });
    expect(() => exportOnnx(open)).toThrow('only the batch axis may be open; give axis 1 a size');
  });
});
