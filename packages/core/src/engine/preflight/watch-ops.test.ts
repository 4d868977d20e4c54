import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Loss } from '../../step/loss.js';
import type { FunctionalModel } from '../../model/model.js';
import type { Plugin } from '../../run/plugin.js';
import { momentum } from '../../toy-parts.fixture.js';
import { Trainer } from '../../run/trainer.js';
import { dataOf, image, refusal, type Run, through, trainer } from './refusal.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

describe('an op without a gradient is refused before the first step', () => {
  test.each<[string, RegExp, () => Run]>([
    [
      'a convolution with dilation',
      /^\[preflight\] layer dilated trains through the op fusedConv2d, whose gradient fails .* backend 'cpu'.*Use a dilation rate of 1\.$/,
      () => image(tfl.layers.conv2d({ name: 'dilated', filters: 1, kernelSize: 2, dilationRate: 2 })),
    ],
    [
      'einsum',
      /the model trains .* Einsum, which has no gradient/,
      () => through([2, 3], (w) => tf.einsum('ij->i', w)),
    ],
    ['topk', /TopK, which has no gradient/, () => through([2, 3], (w) => tf.topk(w, 1).values)],
    ['stridedSlice', /StridedSlice/, () => through([6], (w) => tf.stridedSlice(w, [0], [6], [2]))],
    [
      'gatherND',
      /GatherNd/,
      () => through([6], (w) => tf.gatherND(w, tf.tensor2d([[1], [2]], [2, 1], 'int32'))),
    ],
    ['cumprod', /Cumprod/, () => through([6], (w) => tf.cumprod(w))],
  ])('%s', async (_, message, run) => {
    expect(await refusal(run())).toMatch(message);
  });

  test('in a loss and in a plugin, which are named', async () => {
    const { model, data } = image(tfl.layers.flatten());
    const top: Loss = {
      name: 'top',
      perExample: (o) => tf.reshape(tf.topk(o as tf.Tensor2D, 1).values, [-1]),
    };
    expect(await refusal({ model, data, loss: top })).toMatch(/loss top trains through the op TopK/);
    const product: Plugin = {
      name: 'product',
      penalty: ({ 'first/kernel': kernel }) => tf.sum(tf.cumprod(kernel!)) as tf.Scalar,
    };
    expect(await refusal({ model, data, plugins: [product] })).toMatch(/plugin product .* Cumprod/);
  });

  test('but not where it is not trained through', async () => {
    const { model, data } = image(tfl.layers.flatten());
    const plugin: Plugin = {
      name: 'looks',
      transformBatch: (batch) => ({
        ...batch,
        inputs: { first_input: tf.mul(tf.cumprod(tf.onesLike(batch.inputs['first_input']!)), 1) },
      }),
      transformGradients: (gradients) =>
        Object.fromEntries(
          Object.entries(gradients).map(([name, g]) => [
            name,
            tf.mul(g, tf.max(tf.topk(tf.reshape(g, [-1])).values)),
          ]),
        ),
    };
    const record = await trainer({ model, data, plugins: [plugin] }).fit(data, { epochs: 1, batchSize: 3 });
    expect(record.status).toBe('completed');
  });
});

describe('a kernel that the backend lacks is named', () => {
  const kernels: tf.KernelConfig[] = [];
  const without = (kernel: string): void => {
    kernels.push(tf.getKernel(kernel, 'cpu') as unknown as tf.KernelConfig);
    tf.unregisterKernel(kernel, 'cpu');
  };
  afterEach(() => kernels.splice(0).forEach((kernel) => tf.registerKernel(kernel)));

  test('where a layer calls it', async () => {
    without('Elu');
    expect(await refusal(image(tfl.layers.elu({ name: 'bent' })))).toMatch(
      /layer bent needs the op Elu, which the TensorFlow.js backend 'cpu' does not have.*backend-wasm/,
    );
  });

  test('where a gradient calls it', async () => {
    without('Conv2DBackpropFilter');
    expect(await refusal(image())).toMatch(
      /layer first needs the op Conv2DBackpropFilter, for the gradient of fusedConv2d, which/,
    );
  });

  test('where the optimizer calls it', async () => {
    without('Multiply');
    const optimizer = { ...momentum(0.1), name: 'wild' };
    const line: FunctionalModel = {
      parameters: { w: tf.tidy(() => tf.variable(tf.ones([1, 1]))) },
      forward: ({ input }, { w }) => tf.matMul(input as tf.Tensor2D, w as tf.Tensor2D),
    };
    const sum: Loss = { name: 'sum', perExample: (o) => tf.sum<tf.Tensor1D>(tf.sub(o, 1), -1) };
    const one = new Trainer({ model: line, loss: sum, optimizer });
    await expect(one.fit(dataOf([1]), { epochs: 1 })).rejects.toThrow(/needs the op Multiply/);
  });
});
