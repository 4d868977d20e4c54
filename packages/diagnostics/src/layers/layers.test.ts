import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import torch from '../../../../testing/references/diagnostics/attributions.json' with { type: 'json' };
import { attributionInputs, attributionModel } from '../attribution-model.fixture.js';
import { activationProfile, activations, featureMaps, kernelImages } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const close = (got: ArrayLike<number>, wanted: readonly number[], digits = 5): void => {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};

describe('activations', () => {
  test("are PyTorch's, layer by layer", async () => {
    const got = await activations(attributionModel(), attributionInputs);
    expect(Object.keys(got)).toEqual(['conv', 'pool', 'flatten', 'output']);
    expect(got['conv']!.shape).toEqual([3, 8, 8, 4]);
    for (const layer of ['conv', 'pool', 'output'] as const)
      close(got[layer]!.data, torch.activations[layer]);
  });

  test('take tensors and names, leave the model as it is, and keep nothing', async () => {
    const model = attributionModel();
    const inputs = tf.tensor(torch.inputs, [3, 8, 8, 2]);
    await expectNoLeak(async () => {
      const got = await activations(model, { conv_input: inputs }, { layers: ['output'] });
      expect(Object.keys(got)).toEqual(['output']);
      close(got['output']!.data, torch.activations.output);
    });
    expect(inputs.isDisposed).toBe(false);
  });

  test('name each application of a layer, and the layers of inner models', async () => {
    const x = tfl.input({ shape: [1], name: 'x' });
    const half = tfl.layers.dense({
      units: 1,
      name: 'half',
      kernelInitializer: tfl.initializers.constant({ value: 0.5 }),
    });
    const inner = tfl.sequential({
      name: 'inner',
      layers: [tfl.layers.reLU({ name: 'cut', inputShape: [1] })],
    });
    const y = inner.apply(half.apply(half.apply(x))) as tfl.SymbolicTensor;
    const got = await activations(tfl.model({ inputs: x, outputs: y }), tf.tensor2d([[8], [-4]]));
    expect(Object.fromEntries(Object.entries(got).map(([name, { data }]) => [name, [...data]]))).toEqual({
      half: [4, -2],
      'half#2': [2, -1],
      cut: [2, 0],
    });
  });

  test('refuse an application that is not there, examples of another shape, rows that a table lacks', async () => {
    const model = attributionModel();
    await expect(activations(model, attributionInputs, { layers: ['conv#5'] })).rejects.toThrow(
      'applied so often',
    );
    await expect(featureMaps(model, attributionInputs, { layer: 'conv#5' })).rejects.toThrow(
      'applied so often',
    );
    const other = { data: new Float32Array(24), shape: [1, 8, 3], dtype: 'float32' } as const;
    await expect(activations(model, other)).rejects.toThrow("the model takes [N, 8, 8, 2] as 'conv_input'");
    const table = tfl.sequential({
      layers: [tfl.layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 2, name: 'table' })],
    });
    const words = (data: number[]) =>
      activations(table, { data: Int32Array.from(data), shape: [1, 2], dtype: 'int32' });
    expect(Object.keys(await words([0, 3]))).toEqual(['table']);
    await expectNoLeak(async () => {
      await expect(words([0, 4])).rejects.toThrow("[activations] input 'table_input' has 4 in example 0");
      await expect(activations(tfl.sequential(), attributionInputs)).rejects.toThrow(
        'the model is not built',
      );
    });
  });

  test('refuse what they cannot show', async () => {
    const model = attributionModel();
    await expect(activations(model, attributionInputs, { layers: ['cnv'] })).rejects.toThrow(
      "did you mean 'conv'",
    );
    await expect(activations(model, { other: attributionInputs, more: attributionInputs })).rejects.toThrow(
      'inputs are other, more; the model has conv_input',
    );
    await expect(activations(model, tf.zeros([0, 8, 8, 2]))).rejects.toThrow('at least one');
    const functional = { parameters: {}, forward: () => tf.scalar(0) };
    await expect(activations(functional as never, tf.zeros([1, 1]))).rejects.toThrow(
      'must be a tf.LayersModel',
    );
  });
});

describe('activationProfile', () => {
  test('tells of whole layers, of units, and of dead ones', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 3, activation: 'relu', name: 'hidden', inputShape: [1] }),
        tfl.layers.dense({ units: 1, activation: 'sigmoid', name: 'gate' }),
      ],
    });
    tf.tidy(() =>
      model.setWeights([
        tf.tensor2d([[1, -1, 0]]),
        tf.tensor1d([0, 0, -1]),
        tf.tensor2d([[10], [0], [0]]),
        tf.tensor1d([0]),
      ]),
    );
    // hidden: [2, 0, 0], [0, 1, 0]; gate: sigmoid(20), sigmoid(0).
    const [hidden, gate] = await activationProfile(model, tf.tensor2d([[2], [-1]]), { bins: 2 });
    expect(hidden).toMatchObject({
      layer: 'hidden',
      kind: 'Dense',
      activation: 'relu',
      unitMeans: [1, 0.5, 0],
      unitDeviations: [1, 0.5, 0],
      deadUnits: 1 / 3,
      saturated: null,
      zeros: 4 / 6,
      mean: 0.5,
      size: 6,
    });
    expect(hidden!.histogram).toMatchObject({ edges: [0, 1, 2], counts: [4, 2] });
    expect(gate).toMatchObject({ activation: 'sigmoid', saturated: 0.5, deadUnits: 0 });
    expect(JSON.parse(JSON.stringify([hidden, gate]))).toEqual([hidden, gate]);
  });
});

describe('kernelImages', () => {
  const kernel = (data: number[], shape: number[]) =>
    ({ data: Float32Array.from(data), shape, dtype: 'float32' }) as const;

  test('show each filter of a convolution, channel by channel', () => {
    const weights = { 'conv/kernel': kernel(torch.weights['conv/kernel'], [3, 3, 2, 4]) };
    const { title, images, range } = kernelImages(weights);
    expect(title).toBe('conv/kernel');
    expect(images.map(({ label }) => label).slice(0, 3)).toEqual([
      'filter 1, channel 1',
      'filter 1, channel 2',
      'filter 2, channel 1',
    ]);
    // [h, w, in, out] of filter 2, channel 1.
    close(
      images[2]!.values,
      Array.from({ length: 9 }, (_, i) => torch.weights['conv/kernel'][(i * 2 + 0) * 4 + 1]!),
      7,
    );
    expect(range[0]).toBeCloseTo(Math.min(...torch.weights['conv/kernel']), 6);
  });

  test('show three channels as colours', () => {
    const [image] = kernelImages({ k: kernel([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]) }).images;
    expect(image).toEqual({
      label: 'filter 1',
      width: 2,
      height: 1,
      channels: 3,
      values: [1, 2, 3, 4, 5, 6],
    });
  });

  test('show the filters of a depthwise and of a transposed convolution, whose kernels are the other way round', () => {
    const values = (name: string) =>
      kernelImages({ [name]: kernel([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 1, 3, 2]) }).images.map(
        (image) => image.values,
      );
    // Two filters for each of three channels.
    expect(values('conv/depthwise_kernel')).toEqual([[1, 7], [2, 8], [3, 9], [4, 10], [5, 11], [6, 12]]); // prettier-ignore
    // Three filters that look at two channels.
    expect(values('conv/transposed_kernel')).toEqual([[1, 7], [2, 8], [3, 9], [4, 10], [5, 11], [6, 12]]); // prettier-ignore
    expect(values('conv/kernel')).toEqual([[1, 3, 5, 7, 9, 11], [2, 4, 6, 8, 10, 12]]); // prettier-ignore
  });

  test('show the receptive fields of dense units over pictures', () => {
    const weights = {
      'hidden/bias': kernel([0, 0], [2]),
      'hidden/kernel': kernel([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]),
    };
    const { images } = kernelImages(weights, { layer: 'hidden', shape: [2, 2] });
    expect(images).toEqual([
      { label: 'unit 1', width: 2, height: 2, channels: 1, values: [1, 3, 5, 7] },
      { label: 'unit 2', width: 2, height: 2, channels: 1, values: [2, 4, 6, 8] },
    ]);
    expect(kernelImages(weights, { shape: [2, 2], limit: 1 }).images).toHaveLength(1);
    expect(() => kernelImages(weights, { shape: [3, 2] })).toThrow("that of the 4 inputs of 'hidden/kernel'");
    expect(() => kernelImages(weights)).toThrow('a dense one needs `shape`');
    expect(() => kernelImages(weights, { layer: 'hiden/kernel' })).toThrow("did you mean 'hidden/kernel'");
  });
});

describe('featureMaps', () => {
  test('are the channels of one example', async () => {
    const { title, images } = await featureMaps(attributionModel(), attributionInputs, {
      example: 1,
      limit: 3,
    });
    expect(title).toBe('conv');
    expect(images.map(({ label }) => label)).toEqual(['channel 1', 'channel 2', 'channel 3']);
    const whole = torch.activations.conv.slice(64 * 4, 2 * 64 * 4);
    close(
      images[2]!.values,
      whole.filter((_, i) => i % 4 === 2),
    );
  });

  test('refuse layers without pictures and examples that are not there', async () => {
    const model = attributionModel();
    await expect(featureMaps(model, attributionInputs, { layer: 'output' })).rejects.toThrow(
      'one of conv, pool',
    );
    await expect(featureMaps(model, attributionInputs, { example: 3 })).rejects.toThrow('less than 3');
  });
});
