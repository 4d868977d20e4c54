import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { EspalierError } from '../errors.js';
import { checkData } from './check-data.js';
import { dataset, stream } from './epoch.fixture.js';

beforeAll(() => tf.setBackend('cpu'));

const { batch, inputs, targets } = dataset(3);

test.each<[string, unknown, string]>([
  [
    'nothing',
    undefined,
    'the data must be a data set or a stream, got undefined; make a data set with fromArrays',
  ],
  [
    '{ x, y }',
    { x: [[1]], y: [1] },
    'got { x, y } as for model.fit; write fromArrays({ inputs: x, targets: y })',
  ],
  ['{ xs, ys }', { xs: 1, ys: 1 }, 'write fromArrays({ inputs: xs, targets: ys })'],
  ['a list', [[1]], 'must be one data set or stream, got a list of 1'],
  ['a tf.data set', { iterator: () => 1 }, 'got a tf.data.Dataset; write fromTfData(dataset'],
  ['an empty object', {}, 'must be a data set with batch() or a stream with open(), got {  }'],
  ['the arrays alone', { inputs, targets }, 'got { inputs, targets }'],
  [
    'no specs',
    { size: 3, batch, inputs },
    'must say of its targets what they are, { name: { shape, dtype } }, got undefined',
  ],
  [
    'a spec without shape',
    { size: 3, batch, targets, inputs: { x: { dtype: 'float32' } } },
    'must say of inputs.x its shape without the examples and its dtype',
  ],
  [
    'another dtype',
    { size: 3, batch, inputs, targets: { y: { shape: [], dtype: 'bool' } } },
    'of targets.y its shape',
  ],
  ['no size', { batch, inputs, targets }, 'the data set has undefined examples; it needs at least one.'],
  ['half an example', { size: 0.5, batch, inputs, targets }, 'the data set has 0.5 examples'],
  ['none', { size: 0, batch, inputs, targets }, 'the data set has 0 examples'],
])('refuses %s', (_, value, message) => {
  expect(() => checkData(value, 'trainer')).toThrow(EspalierError);
  expect(() => checkData(value, 'trainer')).toThrow(message);
});

test('refuses a tensor by name, and says what was given as what', () => {
  const tensor = tf.tensor1d([1]);
  expect(() => checkData(tensor, 'trainer', 'validation')).toThrow(
    'validation must be a data set, got a tensor',
  );
  tensor.dispose();
});

test('takes data sets and streams', () => {
  checkData(dataset(1), 'trainer');
  checkData(stream(1, 1), 'trainer');
  expect(() => checkData({ ...stream(1, 1), size: 0 }, 'trainer')).toThrow('has 0 examples');
});
