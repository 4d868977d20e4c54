import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { prepareTfjs } from '../index.js';

test('a stock LSTM can be made before a backend or a trainer, once TensorFlow.js is prepared', async () => {
  await tf.setBackend('cpu');
  const make = () => tfl.sequential({ layers: [tfl.layers.lstm({ units: 3, inputShape: [4, 2] })] });
  expect(make).toThrow('flatten is not a function');
  prepareTfjs();
  expect(make().countParams()).toBe(72);
});
