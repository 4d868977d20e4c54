import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { measuredReceptiveField, receptiveFields } from '../index.js';

beforeAll(async () => void (await tf.setBackend('cpu')));

const conv = (name: string, more: object = {}) =>
  tfl.layers.conv2d({ filters: 2, kernelSize: 3, name, ...more });
const pool = (name: string, more: object = {}) => tfl.layers.averagePooling2d({ poolSize: 2, name, ...more });
const inputShape = [21, 24, 1];

describe('receptiveFields', () => {
  test('grow by (size - 1) times the strides before', () => {
    const model = tfl.sequential({
      layers: [
        conv('conv_1', { inputShape, activation: 'relu' }),
        pool('pool_1'),
        tfl.layers.batchNormalization({ name: 'norm' }),
        conv('conv_2', { dilationRate: 2 }),
        pool('pool_2', { strides: [1, 2] }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 2 }),
      ],
    });
    expect(receptiveFields(model)).toEqual([
      { layer: 'conv_1', size: [3, 3], stride: [1, 1], start: [0, 0] },
      { layer: 'pool_1', size: [4, 4], stride: [2, 2], start: [0, 0] },
      { layer: 'norm', size: [4, 4], stride: [2, 2], start: [0, 0] },
      { layer: 'conv_2', size: [12, 12], stride: [2, 2], start: [0, 0] },
      { layer: 'pool_2', size: [14, 14], stride: [2, 4], start: [0, 0] },
    ]);
  });

  test('are unions where branches meet, and go through inner models', () => {
    const x = tfl.input({ shape: inputShape });
    const inner = tfl.sequential({ layers: [conv('inner_1', { inputShape, padding: 'same' })] });
    const a = inner.apply(x) as tfl.SymbolicTensor;
    const b = conv('wide', { kernelSize: 7, padding: 'same' }).apply(x) as tfl.SymbolicTensor;
    const sum = tfl.layers.add({ name: 'sum' }).apply([a, b]) as tfl.SymbolicTensor;
    const fields = receptiveFields(tfl.model({ inputs: x, outputs: sum }));
    expect(fields.find(({ layer }) => layer === 'inner_1')).toMatchObject({ size: [3, 3], start: [-1, -1] });
    expect(fields.at(-1)).toEqual({ layer: 'sum', size: [7, 7], stride: [1, 1], start: [-3, -3] });
  });

  test('refuse what nobody can say', () => {
    const up = tfl.sequential({ layers: [tfl.layers.upSampling2d({ name: 'up', inputShape })] });
    expect(() => receptiveFields(up)).toThrow("of layer 'up' nobody can say");
    const two = [tfl.input({ shape: [4, 4, 1] }), tfl.input({ shape: [4, 4, 1] })];
    const model = tfl.model({ inputs: two, outputs: tfl.layers.add().apply(two) as tfl.SymbolicTensor });
    expect(() => receptiveFields(model)).toThrow('the model has 2 inputs');
  });
});

describe('measuredReceptiveField', () => {
  test.each(['valid', 'same'] as const)('is the exact one of a linear network, %s', async (padding) => {
    const model = tfl.sequential({
      layers: [
        conv('conv_1', { inputShape, padding, strides: 2 }),
        pool('pool_1', { padding, poolSize: 3, strides: 1 }),
        conv('conv_2', { padding, kernelSize: [2, 3], strides: [1, 2] }),
      ],
    });
    const fields = receptiveFields(model);
    for (const { layer, size, stride, start } of fields) {
      await expectNoLeak(async () => {
        const found = await measuredReceptiveField(model, { layer, samples: 2 });
        expect([layer, found.size]).toEqual([layer, size]);
        expect([layer, found.start]).toEqual([
          layer,
          start!.map((first, axis) => first + stride![axis]! * found.place[axis]!),
        ]);
        expect(found.influence.shape).toEqual([21, 24]);
      });
    }
  });

  test('is empty where nothing has any influence', async () => {
    const model = tfl.sequential({
      layers: [conv('conv', { inputShape: [null, null, 1], kernelInitializer: 'zeros' })],
    });
    const found = await measuredReceptiveField(model, { layer: 'conv', shape: [5, 5, 1] });
    expect([found.start, found.size]).toEqual([[], [0, 0]]);
    await expect(measuredReceptiveField(model, { layer: 'conv' })).rejects.toThrow('shape must be');
    await expect(measuredReceptiveField(model, { layer: 'con', shape: [5, 5, 1] })).rejects.toThrow(
      "did you mean 'conv'",
    );
  });
});
