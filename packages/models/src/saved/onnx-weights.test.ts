import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { loadWeights } from '@espalier/core';
import { beforeAll, expect, test } from 'vitest';
import { readOnnxWeights } from './onnx-weights.js';
import { torchWeights } from './torch-weights.js';

const FOLDER = 'testing/references/models/saved';
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${FOLDER}/${name}`));

beforeAll(() => tf.setBackend('cpu'));

test('the weights of a network that PyTorch exported predict what it did', () => {
  const { x, y } = JSON.parse(readFileSync(`${FOLDER}/onnx.json`, 'utf8')) as { x: number[]; y: number[] };
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        name: 'conv',
        filters: 3,
        kernelSize: 3,
        inputShape: [5, 5, 2],
        activation: 'relu',
      }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ name: 'output', units: 2 }),
    ],
  });
  loadWeights(model, torchWeights(readOnnxWeights(read('torch.onnx')), { conv: 'conv', fc: 'output' }));
  const found = tf.tidy(() => [...(model.predict(tf.tensor(x, [2, 5, 5, 2])) as tf.Tensor).dataSync()]);
  found.forEach((value, i) => expect(value).toBeCloseTo(y[i]!, 5));
});

test('all types of elements are read, whether they are stored as bytes or as numbers', () => {
  const tensors = readOnnxWeights(read('types.onnx'));
  const plain = Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape, dtype }]) => [name, [dtype, shape, [...data]]]),
  );
  const values = [1.5, -2, 0.25];
  expect(plain).toEqual({
    floats: ['float32', [3], values],
    doubles: ['float32', [3], values],
    half: ['float32', [3], values],
    brain: ['float32', [3], values],
    bytes: ['int32', [3], [-3, 7, 100]],
    longs: ['int32', [3, 1], [-3, 7, 100]],
    flags: ['int32', [2], [1, 0]],
    rawHalf: ['float32', [3], values],
    rawLongs: ['int32', [3], [-3, 7, 100]],
    scalar: ['float32', [], [2.5]],
  });
});

/** A message of one field after another: bytes with their length, or a number below 128. */
const message = (...fields: readonly (readonly [number, number | readonly number[]])[]): number[] =>
  fields.flatMap(([number, value]) =>
    typeof value === 'number' ? [number * 8, value] : [number * 8 + 2, value.length, ...value],
  );
const name = [8, [119]] as const;
const model = (...tensors: number[][]): Uint8Array =>
  Uint8Array.from(message([7, message(...tensors.map((tensor) => [5, tensor] as const))]));
const one = message([1, 1], [2, 1], name, [9, [0, 0, 128, 63]]);

test('a model written by hand is read', () => {
  expect(readOnnxWeights(model(one))).toEqual({
    w: { data: Float32Array.of(1), shape: [1], dtype: 'float32' },
  });
  expect(readOnnxWeights(model())).toEqual({});
});

test.each([
  ['text', new TextEncoder().encode('{"weights": []}'), 'invalid'],
  ['no graph', new Uint8Array(0), 'it must have one graph, and has 0'],
  ['a graph that is a number', Uint8Array.of(56, 1), 'it has a number where bytes must be'],
  ['a field longer than the file', Uint8Array.of(58, 100, 1), 'is to have 100 bytes, and 1 are left'],
  [
    'a field of 2^63 bytes',
    Uint8Array.of(58, 255, 255, 255, 255, 255, 255, 255, 255, 127),
    'bytes, and 0 are left',
  ],
  ['a number without an end', Uint8Array.from({ length: 12 }, () => 255), 'more than ten bytes'],
  ['half a number', Uint8Array.of(128), 'it ends in the middle of a number'],
  ['a group', Uint8Array.of(59), 'wire type 3'],
  [
    'a shape that asks for more',
    model(message([1, 100], [2, 1], name, [9, [0, 0, 0, 0]])),
    'needs 400 bytes of F32, and has 4',
  ],
  [
    'a size below 0',
    model(message([1, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]], [2, 1], name)),
    'no shape of whole numbers: [-1]',
  ],
  [
    'a shape of 2^60',
    model(message([1, [128, 128, 128, 128, 4]], [1, [128, 128, 128, 128, 4]], [2, 1], name)),
    'no shape of whole numbers',
  ],
  ['texts', model(message([1, 1], [2, 8], name)), 'element type 8'],
  ['weights elsewhere', model(message([1, 1], [2, 1], name, [14, 1])), 'lies in another file'],
  ['no name', model(message([1, 1], [2, 1], [9, [0, 0, 0, 0]])), 'a tensor without a name'],
  ['a name twice', model(one, one), "two tensors 'w'"],
  [
    'an integer beyond int32',
    model(message([1, 1], [2, 7], name, [9, [0, 0, 0, 0, 1, 0, 0, 0]])),
    'beyond int32',
  ],
])('%s is refused', (_, bytes, why) => {
  expect(() => readOnnxWeights(bytes)).toThrow(
    expect.objectContaining({
      code: 'invalid-data',
      message: why === 'invalid' ? expect.any(String) : expect.stringContaining(why),
    }) as Error,
  );
});

test('no file that is cut or changed does anything but give weights or be refused', () => {
  const whole = read('types.onnx');
  for (let at = 0; at < whole.length; at++) {
    const changed = whole.slice();
    changed[at] = changed[at]! ^ (1 << (at % 8));
    for (const bytes of [whole.subarray(0, at), changed]) {
      try {
        readOnnxWeights(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-data' });
      }
    }
  }
});
