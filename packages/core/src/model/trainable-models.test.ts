import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.js';
import type { FunctionalModel } from './model.js';
import type { Metric } from '../step/metric.js';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { Trainer } from '../run/trainer.js';

beforeAll(() => tf.setBackend('cpu'));

function values(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync());
}

/** Parts of a data set under new names. */
function renamed(data: Dataset, inputs: readonly string[], targets: readonly string[]): Dataset {
  const spread = <T>(names: readonly string[], value: T) =>
    Object.fromEntries(names.map((name) => [name, value]));
  const { arrays: _, ...rest } = data;
  return {
    ...rest,
    inputs: spread(inputs, data.inputs['input']!),
    targets: spread(targets, data.targets['target']!),
    batch(indices) {
      const batch = data.batch(indices) as Exclude<ReturnType<Dataset['batch']>, Promise<unknown>>;
      return {
        inputs: spread(inputs, batch.inputs['input']!),
        targets: spread(targets, batch.targets['target']!),
      };
    },
  };
}

const meanAbsoluteError: Metric<'mae', number> = {
  name: 'mae',
  sums: ({ outputs, targets }) => ({
    error: tf.sum(tf.abs(tf.sub(outputs, targets))),
    count: tf.scalar(outputs.shape[0]!),
  }),
  result: (totals) => totals['error']![0]! / totals['count']![0]!,
};

describe('a functional model', () => {
  test('trains like the same LayersModel', async () => {
    const layers = toyModel();
    const [kernel, bias] = layers.getWeights();
    const model: FunctionalModel = {
      parameters: { kernel: tf.variable(kernel!), bias: tf.variable(bias!) },
      forward: ({ input }, weights) =>
        tf.add(tf.matMul(input as tf.Tensor2D, weights['kernel'] as tf.Tensor2D), weights['bias']!),
    };
    const fit = (m: FunctionalModel | tfl.LayersModel) =>
      new Trainer({ model: m, loss: squaredError(), optimizer: momentum(0.1), seed: 4 }).fit(digits(10), {
        epochs: 3,
        batchSize: 4,
      });
    const records = [await fit(layers), await fit(model)];
    expect(records[1]!.epochs).toEqual(records[0]!.epochs);
    expect(values(model.parameters['kernel']!)).toEqual(values(layers.getWeights()[0]!));
  });

  test('may assign variables of its own', async () => {
    const seen = tf.variable(tf.scalar(0));
    const model: FunctionalModel = {
      parameters: { w: tf.variable(tf.zeros([2, 1])) },
      variables: { seen },
      forward: ({ input }, { w, seen: before }, step) => ({
        outputs: { output: tf.matMul(input as tf.Tensor2D, w as tf.Tensor2D) },
        ...(step.training ? { assigned: { seen: tf.add(before!, input!.shape[0]!) } } : {}),
      }),
    };
    const trainer = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1) });
    await trainer.fit(digits(10), { epochs: 2, batchSize: 4, validation: digits(3) });
    expect(values(seen)).toEqual([20]);
  });
});

describe('several inputs and outputs', () => {
  function twoHeads() {
    const left = tfl.input({ shape: [2], name: 'left' });
    const right = tfl.input({ shape: [2], name: 'right' });
    const both = tfl.layers.concatenate({ name: 'both' }).apply([left, right]) as tfl.SymbolicTensor;
    const heads = ['first', 'second'].map(
      (name) =>
        tfl.layers.dense({ units: 1, name, kernelInitializer: 'ones' }).apply(both) as tfl.SymbolicTensor,
    );
    return tfl.model({ inputs: [left, right], outputs: heads });
  }

  test('are matched by name; losses weigh as said; logs name each output', async () => {
    const data = renamed(digits(6), ['right', 'left'], ['second', 'first']);
    const trainer = new Trainer({
      model: twoHeads(),
      loss: { first: squaredError(), second: squaredError() },
      lossWeights: { second: 3 },
      metrics: { second: [meanAbsoluteError] },
      optimizer: momentum(0),
    });
    const result = (await trainer.evaluate(data)) as Record<string, number>;
    expect(Object.keys(result)).toEqual(['loss', 'first_loss', 'second_loss', 'second_mae']);
    expect(result['first_loss']).toBeCloseTo(result['second_loss']!, 6);
    expect(result['loss']).toBeCloseTo(4 * result['first_loss']!, 5);
    const outputs = (await trainer.predict(data)) as Record<string, tf.Tensor>;
    expect(Object.keys(outputs)).toEqual(['first', 'second']);
    expect(outputs['first']!.shape).toEqual([6, 1]);
    tf.dispose(outputs);
  });

  test('of other names are refused with both sides', async () => {
    const trainer = new Trainer({
      model: twoHeads(),
      loss: { first: squaredError() },
      optimizer: momentum(0),
    });
    await expect(trainer.evaluate(renamed(digits(6), ['left', 'top'], ['first']))).rejects.toThrow(
      'the data set has inputs left, top; the model wants left, right',
    );
  });
});

describe('layers of TensorFlow.js', () => {
  test('stock batch normalisation keeps its averages as model.fit does', async () => {
    const build = () =>
      tfl.sequential({
        layers: [
          tfl.layers.batchNormalization({ name: 'norm', inputShape: [2], momentum: 0.9 }),
          tfl.layers.dense({ units: 1, name: 'line', kernelInitializer: 'ones' }),
        ],
      });
    const [ours, theirs] = [build(), build()];
    const data = digits(8);
    const trainer = new Trainer({ model: ours, loss: squaredError(), optimizer: momentum(0) });
    await trainer.fit(data, { epochs: 2, batchSize: 4, shuffle: false });
    theirs.compile({ optimizer: tf.train.sgd(1e-20), loss: 'meanSquaredError' });
    const { inputs, targets } = data.arrays!;
    await theirs.fit(tf.tensor(inputs['input']!.data, [8, 2]), tf.tensor(targets['target']!.data, [8, 1]), {
      epochs: 2,
      batchSize: 4,
      shuffle: false,
      verbose: 0,
    });
    const averages = (model: tfl.LayersModel) => model.getWeights().slice(2, 4).flatMap(values);
    averages(ours).forEach((value, i) => expect(value).toBeCloseTo(averages(theirs)[i]!, 6));
    expect(averages(ours)[0]).not.toBe(0);
  });

  test('stock Dropout draws new masks by seed and step', async () => {
    const build = () =>
      tfl.sequential({
        layers: [
          tfl.layers.dropout({ name: 'drop', rate: 0.5, inputShape: [2], seed: 1 }),
          tfl.layers.dense({ units: 1, name: 'line', kernelInitializer: 'ones' }),
        ],
      });
    const losses = async (seed: number): Promise<number[]> => {
      const trainer = new Trainer({ model: build(), loss: squaredError(), optimizer: momentum(0), seed });
      const record = await trainer.fit(digits(32), { epochs: 4, batchSize: 32, shuffle: false });
      return record.epochs.map(({ loss }) => loss!);
    };
    const first = await losses(1);
    expect(new Set(first).size).toBe(4);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
  });

  test('that draw without a seed are refused by name', () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.gaussianNoise({ name: 'hiss', stddev: 1, inputShape: [2] }),
        tfl.layers.dense({ units: 1 }),
      ],
    });
    expect(() => new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1) })).toThrow(
      "layer 'hiss' (GaussianNoise) draws random numbers that no seed reaches",
    );
  });

  test('frozen layers stay as they are, and thawing them trains them', async () => {
    const model = toyModel();
    const start = model.getWeights().flatMap(values);
    model.layers[0]!.trainable = false;
    const trainer = new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1) });
    await trainer.fit(digits(6), { epochs: 1 });
    expect(model.getWeights().flatMap(values)).toEqual(start);
    model.layers[0]!.trainable = true;
    await trainer.fit(digits(6), { epochs: 1 });
    expect(model.getWeights().flatMap(values)).not.toEqual(start);
  });

  test('regularizers of layers are the penalty, in training and validation, apart from the loss', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 1,
          inputShape: [2],
          kernelInitializer: 'ones',
          kernelRegularizer: tfl.regularizers.l2({ l2: 0.5 }),
        }),
      ],
    });
    const plain = tfl.sequential({
      layers: [tfl.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })],
    });
    const options = { epochs: 1, batchSize: 6, validation: digits(6) };
    const trainer = (m: tfl.LayersModel) =>
      new Trainer({ model: m, loss: squaredError(), optimizer: momentum(0) });
    const [line] = (await trainer(model).fit(digits(6), options)).epochs;
    const [without] = (await trainer(plain).fit(digits(6), options)).epochs;
    expect(line).toMatchObject({ penalty: 1, val_penalty: 1 });
    expect(line!['loss']).toBe(without!['loss']);
    expect(line!['val_loss']).toBe(without!['val_loss']);
    expect(without).not.toHaveProperty('penalty');
  });

  test('constraints of layers are applied after each step', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 1,
          inputShape: [2],
          kernelInitializer: 'ones',
          kernelConstraint: 'unitNorm',
        }),
      ],
    });
    await new Trainer({ model, loss: squaredError(), optimizer: momentum(0.1) }).fit(digits(6), {
      epochs: 1,
    });
    const [a, b] = values(model.getWeights()[0]!);
    expect(Math.hypot(a!, b!)).toBeCloseTo(1, 5);
  });
});
