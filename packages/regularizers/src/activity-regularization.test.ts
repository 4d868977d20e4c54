import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Loss, type Optimizer, Trainer } from '@espalier/core';
import { toyCrossEntropy, toyDataset, toyModelWithUnused, toyOptimizer, toyRun } from '@espalier/testkit';
import { beforeAll, expect, test } from 'vitest';
import { largestError } from '../../../testing/references/regularizers/fixture.js';
import { activityRegularization } from './activity-regularization.js';

interface Case {
  readonly loss: number;
  readonly penalty: number;
  readonly inputs: number[][] | number[][][];
  readonly targets: number[][];
  readonly weights: Readonly<Record<string, number[]>>;
  readonly gradients: Readonly<Record<string, number[]>>;
}

/** keras_activity.json. */
const fixture = JSON.parse(
  readFileSync(
    new URL('../../../testing/references/regularizers/keras_activity.json', import.meta.url),
    'utf8',
  ),
) as Readonly<Record<'shared' | 'masked', Case>> & { readonly l1: number; readonly l2: number };

const meanSquared: Loss = {
  name: 'mean-squared',
  perExample: (outputs, targets) => tf.mean<tf.Tensor1D>(tf.square(tf.sub(outputs, targets)), 1),
};

/** A step takes off the gradient itself. */
const descent: Optimizer = {
  name: 'descent',
  learningRate: 1,
  init: () => ({}),
  update: (gradients, slots, parameters) => ({
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, w]) => [name, tf.sub(w, gradients[name]!)]),
    ),
    slots,
  }),
};

beforeAll(() => tf.setBackend('cpu'));

function shared(): tfl.LayersModel {
  const twice = tfl.layers.dense({ units: 3, activation: 'relu', name: 'twice' });
  const within = tfl.layers.dense({ units: 2, activation: 'tanh', name: 'within', inputShape: [3] });
  const input = tfl.input({ shape: [3] });
  const inner = tfl.sequential({ layers: [within] });
  const output = inner.apply(twice.apply(twice.apply(input))) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: output });
}

function masked(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.masking({ maskValue: 0, inputShape: [4, 2] }),
      tfl.layers.timeDistributed({
        layer: tfl.layers.dense({ units: 3, activation: 'tanh' }),
        name: 'steps',
      }),
      tfl.layers.reshape({ targetShape: [12] }),
      tfl.layers.dense({ units: 1, name: 'last' }),
    ],
  });
}

const float = (values: readonly unknown[], shape: readonly number[]) => ({
  data: Float32Array.from((values as unknown[][]).flat(2) as number[]),
  shape,
  dtype: 'float32' as const,
});

test.each([
  ['shared', shared, /^(twice|within)$/g, [3]],
  ['masked', masked, ['steps'], [4, 2]],
] as const)(
  "penalty and gradients are Keras's where layers are %s",
  async (name, make, layers, inputShape) => {
    const { loss, penalty, inputs, targets, weights, gradients } = fixture[name];
    const model = make();
    const values = Object.values(weights);
    tf.tidy(() => model.setWeights(model.getWeights().map((w, i) => tf.tensor(values[i]!, w.shape))));
    const data = toyDataset({
      inputs: { input: float(inputs, [inputs.length, ...inputShape]) },
      targets: { output: float(targets, [targets.length, targets[0]!.length]) },
    });
    const { l1, l2 } = fixture;
    const trainer = new Trainer({
      model,
      loss: meanSquared,
      optimizer: descent,
      plugins: [activityRegularization({ l1, l2: () => l2, layers })],
    });
    const evaluated = await trainer.evaluate(data, { batchSize: 2 });
    expect(largestError([evaluated.loss, evaluated['penalty' as 'loss']], [loss, penalty])).toBeLessThan(
      1e-6,
    );

    const { epochs } = await trainer.fit(data, { epochs: 1, batchSize: inputs.length });
    expect(largestError([epochs[0]!['loss']!, epochs[0]!['penalty']!], [loss, penalty])).toBeLessThan(1e-6);
    const after = model.getWeights().map((w) => Array.from(w.dataSync()));
    const expected = Object.values(gradients);
    after.forEach((now, i) => {
      const taken = now.map((value, j) => values[i]![j]! - value);
      expect(largestError(taken, expected[i]!, 0.1)).toBeLessThan(1e-5);
    });
    model.dispose();
  },
);

test('names that are no layers, and models without layers, are refused before the first step', async () => {
  await expect(toyRun({ plugins: [activityRegularization({ l1: 1, layers: ['hiden'] })] })).rejects.toThrow(
    "layer 'hiden' does not exist; the model has: hidden, output",
  );
  const model = toyModelWithUnused();
  try {
    const trainer = new Trainer({
      model,
      loss: toyCrossEntropy(),
      optimizer: toyOptimizer(),
      plugins: [activityRegularization({ l1: 1, layers: () => true })],
    });
    const data = toyDataset({
      inputs: { input: float([[1, 2, 3]], [1, 3]) },
      targets: { output: float([[1, 0, 0]], [1, 3]) },
    });
    await expect(trainer.fit(data, { epochs: 1 })).rejects.toThrow('it is no LayersModel');
  } finally {
    tf.dispose(Object.values(model.parameters));
  }
});
