import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset, HostBatch, Loss, Optimizer } from '@espalier/core';
import { stream, Trainer } from '@espalier/core';
import { Activation, cnn, Dropout, mlp } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

const squaredError: Loss = {
  name: 'squaredError',
  perExample: (outputs, targets) => tf.sum(tf.square(tf.sub(outputs, targets)), 1),
};

const gradientDescent: Optimizer = {
  name: 'gradientDescent',
  learningRate: 0.01,
  init: () => ({}),
  update: (gradients, slots, parameters, scalars) => ({
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => {
        const gradient = gradients[name];
        return [name, gradient ? tf.sub(value, tf.mul(gradient, scalars('learningRate'))) : value];
      }),
    ),
    slots,
  }),
};

function images(size: number): Dataset {
  const input = { shape: [4, 4, 1], dtype: 'float32' } as const;
  const target = { shape: [2], dtype: 'float32' } as const;
  const batch = (indices: Uint32Array): HostBatch => {
    const pixels = [...indices].flatMap((i) => [...stream(0, 'pixels', i).uniforms(16)]);
    const parities = [...indices].flatMap((i) => [i % 2, 1 - (i % 2)]);
    const n = indices.length;
    return {
      inputs: { input: { data: Float32Array.from(pixels), shape: [n, 4, 4, 1], dtype: 'float32' } },
      targets: { target: { data: Float32Array.from(parities), shape: [n, 2], dtype: 'float32' } },
    };
  };
  return { size, inputs: { input }, targets: { target }, batch };
}

async function train(model: tfl.LayersModel, seed: number): Promise<number[][]> {
  const trainer = new Trainer({ model, loss: squaredError, optimizer: gradientDescent, seed });
  await trainer.fit(images(12), { epochs: 2, batchSize: 5 });
  return model.getWeights().map((weight) => [...weight.dataSync()]);
}

const models = {
  mlp: () =>
    mlp({
      inputs: [4, 4, 1],
      hidden: [6, 5],
      outputs: 2,
      dropout: 0.5,
      batchNormalization: 'before-activation',
    }),
  cnn: () => cnn({ inputs: [4, 4, 1], outputs: 2, filters: [2], dense: [4], dropout: 0.5 }),
};

describe.each(Object.entries(models))('%s in a Trainer', (_, make) => {
  it('is a function of the seed', async () => {
    const first = await train(make(), 1);
    expect(await train(make(), 1)).toEqual(first);
    expect(await train(make(), 2)).not.toEqual(first);
  });

  it('moves its running statistics, unless frozen', async () => {
    const [free, frozen] = [make(), make()];
    frozen.getLayer('batch_norm_1').trainable = false;
    const statistics = (model: tfl.LayersModel) =>
      model
        .getLayer('batch_norm_1')
        .getWeights()
        .map((weight) => [...weight.dataSync()]);
    const before = statistics(frozen);
    await train(free, 1);
    await train(frozen, 1);
    for (const i of [0, 1, 2, 3]) expect(statistics(free)[i]).not.toEqual(before[i]);
    expect(statistics(frozen)).toEqual(before);
  });

  it('leaves no tensors behind', async () => {
    const model = make();
    await train(model, 1);
    const before = tf.memory().numTensors;
    await train(model, 1);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('losses know what an Activation gives', () => {
  const outputs = (activation: 'softmax' | 'sigmoid' | 'tanh'): (string | undefined)[] => {
    const seen: (string | undefined)[] = [];
    const loss: Loss = { ...squaredError, checkOutput: (output) => void seen.push(output.activation) };
    const layers = [tfl.layers.dense({ units: 3, inputShape: [2] }), new Activation({ activation })];
    new Trainer({ model: tfl.sequential({ layers }), loss, optimizer: gradientDescent });
    return seen;
  };
  expect((['softmax', 'sigmoid', 'tanh'] as const).flatMap(outputs)).toEqual(['softmax', 'sigmoid', 'tanh']);
});

it('losses know a mean of probabilities for probabilities', () => {
  const seen: (string | undefined)[] = [];
  const loss: Loss = { ...squaredError, checkOutput: (output) => void seen.push(output.activation) };
  for (const activation of ['sigmoid', 'relu'] as const) {
    const layers = [
      tfl.layers.conv2d({ filters: 3, kernelSize: 1, activation, inputShape: [2, 2, 1] }),
      tfl.layers.globalAveragePooling2d({}),
    ];
    new Trainer({ model: tfl.sequential({ layers }), loss, optimizer: gradientDescent });
  }
  expect(seen).toEqual(['sigmoid', undefined]);
});

it('a Dropout of ours without a name within TimeDistributed draws the same in every program', async () => {
  const losses: number[] = [];
  for (let i = 0; i < 2; i++) {
    const dropout = new Dropout({ rate: 0.5 });
    const layers = [
      tfl.layers.inputLayer({ inputShape: [3, 8] }),
      tfl.layers.timeDistributed({ layer: dropout }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 1, kernelInitializer: 'ones' }),
    ];
    const model = tfl.sequential({ layers });
    const trainer = new Trainer({ model, loss: squaredError, optimizer: gradientDescent, seed: 3 });
    const x = { data: Float32Array.from({ length: 24 }, (_, j) => 1.5 ** j), shape: [1, 3, 8] };
    const batch = {
      inputs: { x: { ...x, dtype: 'float32' } },
      targets: { y: { data: Float32Array.of(0), shape: [1, 1], dtype: 'float32' } },
    } as const;
    const data: Dataset = {
      size: 1,
      inputs: { x: { shape: [3, 8], dtype: 'float32' } },
      targets: { y: { shape: [1], dtype: 'float32' } },
      batch: () => batch,
    };
    losses.push((await trainer.fit(data, { epochs: 1, batchSize: 1 })).epochs[0]!['loss']!);
  }
  expect(losses[0]).toBe(losses[1]);
});
