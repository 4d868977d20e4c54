import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { FunctionalModel, HostArray, Loss, Plugin } from '@espalier/core';
import { inTidy } from './in-tidy.js';
import { TOY_SIZE, toyDataset, toyNumbers } from './toy-data.js';
import { toyModel, toyWeights } from './toy-parts.js';
import type { ToyRunOptions } from './toy-run.js';

const target = (width: number): HostArray => toyNumbers('toy/target', [TOY_SIZE, width]);
const input = (...shape: number[]): HostArray => toyNumbers('toy/input', [TOY_SIZE, ...shape]);

export const squaredError: Loss = {
  name: 'squared-error',
  perExample: (outputs, targets) => tf.mean<tf.Tensor1D>(tf.square(tf.sub(outputs, targets)), -1),
};

/** A plugin with every hook inside the step, scalars, random numbers and a tap. */
export function everyHook(): Plugin {
  const each = (tensors: Readonly<Record<string, tf.Tensor>>, change: (tensor: tf.Tensor) => tf.Tensor) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
  return {
    name: 'every-hook',
    scalars: { strength: ({ step }) => 0.01 * (step + 1), share: ({ epoch }) => 1 / (1 + epoch) },
    transformBatch: (batch, step) => ({
      ...batch,
      inputs: each(batch.inputs, (x) =>
        x.dtype === 'float32'
          ? tf.add(x, tf.mul(step.random('noise', x.shape, 'normal'), step.scalar('strength')))
          : x,
      ),
    }),
    penalty: (parameters, step) =>
      tf.mul(
        tf.addN(Object.values(parameters).map((p) => tf.sum(tf.square(p)))),
        step.scalar('strength'),
      ) as tf.Scalar,
    transformGradients(gradients, _, step) {
      const norm = tf.sqrt(tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))));
      step.tap('norm', norm);
      return each(gradients, (g) => tf.div(g, tf.maximum(norm, 1)));
    },
    transformParameters: (parameters, _, step) =>
      each(parameters, (p) =>
        tf.sub(
          p,
          tf.tidy(() => tf.mul(p, tf.mul(step.scalar('learningRate'), step.scalar('share')))),
        ),
      ),
    stepState: {
      init: (parameters) => ({ ...each(parameters, tf.zerosLike), count: tf.scalar(0) }),
      update: ({ count, ...averages }, { parameters }) => ({
        ...Object.fromEntries(
          Object.entries(averages).map(([name, average]) => [
            name,
            tf.add(tf.mul(average, 0.9), tf.mul(parameters[name]!, 0.1)),
          ]),
        ),
        count: tf.add(count!, 1),
      }),
    },
  };
}

/** Dropout and batch normalisation of TensorFlow.js' own, a regularizer and a constraint of the model's own. */
function layers(): tfl.LayersModel {
  return toyWeights(
    tfl.sequential({
      layers: [
        tfl.layers.dense({
          name: 'hidden',
          units: 4,
          activation: 'tanh',
          inputShape: [3],
          kernelRegularizer: tfl.regularizers.l2({ l2: 0.01 }),
          kernelConstraint: tfl.constraints.maxNorm({ maxValue: 0.9 }),
        }),
        tfl.layers.dropout({ name: 'drop', rate: 0.25 }),
        tfl.layers.dense({ name: 'output', units: 3 }),
      ],
    }),
  );
}

function normalized(): tfl.LayersModel {
  const norm = tfl.layers.batchNormalization({ name: 'norm' });
  return tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: 'hidden',
        units: 4,
        inputShape: [3],
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 5 }),
      }),
      norm,
      tfl.layers.dense({
        name: 'output',
        units: 3,
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 6 }),
      }),
    ],
  });
}

function convolutional(): tfl.LayersModel {
  return toyWeights(
    tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          name: 'conv',
          filters: 2,
          kernelSize: 3,
          padding: 'same',
          activation: 'relu',
          inputShape: [6, 5, 1],
        }),
        tfl.layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
        tfl.layers.flatten({ name: 'flat' }),
        tfl.layers.dense({ name: 'output', units: 3 }),
      ],
    }),
  );
}

/** A table of embeddings read by whole numbers, and a variable that counts the batches. */
function embedding(): FunctionalModel {
  const table = toyNumbers('toy/table', [5, 3]).data as Float32Array;
  return {
    parameters: { table: inTidy(() => tf.variable(tf.tensor2d(table, [5, 3]))) },
    variables: { batches: inTidy(() => tf.variable(tf.scalar(0), false)) },
    forward: ({ input: words }, { table: rows, batches }, step) => ({
      outputs: { output: tf.sum(tf.gather(rows!, words as tf.Tensor2D), 1) },
      ...(step.training && { assigned: { batches: tf.add(batches!, 1) } }),
    }),
  };
}

function twoByTwo(): tfl.LayersModel {
  const [a, b] = [tfl.input({ shape: [3], name: 'a' }), tfl.input({ shape: [2], name: 'b' })];
  const joined = tfl.layers.concatenate({ name: 'joined' }).apply([a, b]) as tfl.SymbolicTensor;
  const heads = ['left', 'right'].map(
    (name) => tfl.layers.dense({ name, units: 2 }).apply(joined) as tfl.SymbolicTensor,
  );
  return toyWeights(tfl.model({ inputs: [a, b], outputs: heads }));
}

const bytes: HostArray = {
  data: Uint8Array.from({ length: TOY_SIZE * 3 }, (_, i) => (i * 89) % 256),
  shape: [TOY_SIZE, 3],
  dtype: 'float32',
  scale: 1 / 255,
  offset: -0.5,
};
const words: HostArray = {
  data: Int32Array.from({ length: TOY_SIZE * 2 }, (_, i) => (i * 7) % 5),
  shape: [TOY_SIZE, 2],
  dtype: 'int32',
};
const regression = (inputs: Readonly<Record<string, HostArray>>) =>
  toyDataset({ inputs, targets: { target: target(3) } });

/** Whole runs that an executor must do as the eager one on the cpu does. */
export const SCENARIOS: Readonly<Record<string, () => ToyRunOptions>> = {
  'the smallest model': () => ({}),
  'dropout, a regularizer and a constraint of the model': () => ({ model: layers() }),
  'batch normalisation': () => ({ model: normalized() }),
  'a convolution and a pooling': () => ({
    model: convolutional(),
    loss: squaredError,
    data: regression({ input: input(6, 5, 1) }),
  }),
  'every hook of a plugin': () => ({ plugins: [everyHook()] }),
  'bytes, scaled': () => ({ loss: squaredError, data: regression({ input: bytes }) }),
  'whole numbers and a variable': () => ({
    model: embedding(),
    loss: squaredError,
    data: regression({ input: words }),
  }),
  'two inputs and two outputs, with weights': () => ({
    model: twoByTwo(),
    loss: { left: squaredError, right: squaredError },
    metrics: {},
    data: toyDataset({
      inputs: { a: input(3), b: toyNumbers('toy/b', [TOY_SIZE, 2]) },
      targets: { left: target(2), right: toyNumbers('toy/right', [TOY_SIZE, 2]) },
      weights: {
        left: {
          data: Float32Array.from({ length: TOY_SIZE }, (_, i) => i % 3),
          shape: [TOY_SIZE],
          dtype: 'float32',
        },
      },
    }),
  }),
  'a schedule of the learning rate, changed by a plugin': () => ({
    plugins: [
      {
        name: 'halving',
        onEpochStart: (run) => run.scaleLearningRate('halving', 0.5 ** run.epoch),
        onEpochEnd: async (run) => {
          const bias = (await run.getWeights())['output/bias']!;
          await run.setWeights({ 'output/bias': { ...bias, data: bias.data.map((b) => b + 0.25) } });
        },
      },
    ],
    model: toyModel(),
  }),
};
