import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { toyRun } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import fixture from '../../../testing/references/models/torch_kernels.json' with { type: 'json' };
import { initializeWeights, SpectralNormalization, WeightNormalization } from './index.js';

interface Values {
  readonly shape: number[];
  readonly values: number[];
}

beforeAll(() => tf.setBackend('cpu'));

const tensor = ({ shape, values }: Values) => tf.tensor(values, shape, 'float32');

function expectNear(got: tf.Tensor, wanted: Values): void {
  expect(got.shape).toEqual(wanted.shape);
  got.dataSync().forEach((value, i) => expect(value).toBeCloseTo(wanted.values[i]!, 4));
}

const plain = (x: Values): tfl.layers.Layer =>
  x.shape.length === 2 ? tfl.layers.dense({ units: 4 }) : tfl.layers.conv2d({ filters: 3, kernelSize: 2 });

interface Case {
  readonly x: Values;
  readonly weights: readonly Values[];
  readonly y: Values;
  readonly upstream: Values;
  readonly dx: Values;
  readonly dWeights: readonly Values[];
}

/** Output and gradients in training, from the weights given; those of the layer's trainable weights in order. */
function expectAsTorch(layer: tfl.layers.Layer, { x, weights, y, upstream, dx, dWeights }: Case): void {
  const given = tensor(x);
  layer.apply(given);
  const set = () => layer.setWeights(weights.map(tensor));
  set();
  expectNear(layer.apply(given, { training: true }) as tf.Tensor, y);
  set();
  const parameters = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const loss = () =>
    tf.sum(tf.mul(layer.apply(given, { training: true }) as tf.Tensor, tensor(upstream))) as tf.Scalar;
  const { grads } = tf.variableGrads(loss, parameters);
  dWeights.forEach((wanted, i) => expectNear(grads[parameters[i]!.name]!, wanted));
  set();
  const ofInput = tf.grad((input) => layer.apply(input, { training: true }) as tf.Tensor);
  expectNear(ofInput(given, tensor(upstream)), dx);
}

test.each(fixture.weight.map((one, i) => [i, one] as const))(
  'weight normalisation is PyTorch’s, with its gradients, case %i',
  (_, one) => {
    const layer = new WeightNormalization({ layer: plain(one.x) });
    layer.apply(tensor(one.x));
    // At first the kernel is the layer's own.
    const kernel = layer.layer.getWeights()[0]!;
    const norms = tf.sqrt(
      tf.sum(
        tf.square(kernel),
        kernel.shape.slice(0, -1).map((__, axis) => axis),
      ),
    );
    expect([...layer.getWeights()[0]!.dataSync()]).toEqual([...norms.dataSync()]);
    expectAsTorch(layer, one);
  },
);

test.each(fixture.spectral.map((one, i) => [i, one] as const))(
  'spectral normalisation is PyTorch’s, in training and afterwards, case %i',
  (_, one) => {
    const layer = new SpectralNormalization({ layer: plain(one.x), powerIterations: one.iterations });
    expectAsTorch(layer, one);
    layer.setWeights(one.weights.map(tensor));
    layer.apply(tensor(one.x), { training: true });
    const state = layer.nonTrainableWeights.map((weight) => weight.read());
    one.after.forEach((wanted, i) => expectNear(state[i]!, wanted));
    expectNear(layer.apply(tensor(one.x), { training: false }) as tf.Tensor, one.evaluated);
  },
);

const model = (regularized = false): tfl.LayersModel =>
  tfl.sequential({
    layers: [
      new WeightNormalization({
        layer: tfl.layers.dense({
          units: 4,
          activation: 'tanh',
          ...(regularized && { kernelRegularizer: tfl.regularizers.l2({ l2: 0.5 }) }),
        }),
        inputShape: [3],
        name: 'hidden',
      }),
      new SpectralNormalization({ layer: tfl.layers.dense({ units: 3 }), name: 'output' }),
    ],
  });

test('trains under names of its own, with the layer’s regularizer, and survives JSON', async () => {
  const made = initializeWeights(model(true), { seed: 3 });
  const [scale, kernel] = made.getLayer('hidden').getWeights();
  const norms = tf.sqrt(tf.sum(tf.square(kernel!), [0]));
  scale!.dataSync().forEach((value, i) => expect(value).toBeCloseTo(norms.dataSync()[i]!, 5));

  const before = made.getWeights().map((weight) => [...weight.dataSync()]);
  const { weights, record } = await toyRun({ model: made });
  expect(Object.keys(weights).sort()).toEqual([
    ...['hidden/bias', 'hidden/kernel', 'hidden/scale'],
    ...['output/bias', 'output/kernel', 'output/left', 'output/right'],
  ]);
  expect(record.epochs[0]!['penalty']).toBeGreaterThan(0);
  made.getWeights().forEach((weight, i) => expect([...weight.dataSync()], String(i)).not.toEqual(before[i]));

  const copy = await tfl.models.modelFromJSON(JSON.parse(made.toJSON() as string));
  copy.setWeights(made.getWeights());
  const x = tf.ones([2, 3]);
  expect([...(copy.predict(x) as tf.Tensor).dataSync()]).toEqual([
    ...(made.predict(x) as tf.Tensor).dataSync(),
  ]);
});

test('layers without such a kernel are refused', () => {
  const make = () => new WeightNormalization({ layer: tfl.layers.flatten() as never });
  expect(make).toThrow('layer must be one of the layers Dense, Conv1D, Conv2D, Conv3D');
});
