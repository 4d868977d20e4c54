import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { softmaxCrossEntropy } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

// PyTorch: F.cross_entropy(tensor([[1., -inf, 0.]]), tensor([0])) is log(1 + 1/e), with label 1 it is inf.
test.each([
  ['integer labels', (label: number) => tf.tensor1d([label], 'int32')],
  ['rows', (label: number) => tf.tensor2d([[0, 1, 2].map((c) => (c === label ? 1 : 0))])],
])('a logit of -Infinity masks its class, with %s', (_, labels) => {
  const loss = softmaxCrossEntropy();
  const logits = tf.tensor2d([[1, -Infinity, 0]]);
  expect(loss.perExample(logits, labels(0)).dataSync()[0]).toBeCloseTo(Math.log(1 + Math.exp(-1)), 6);
  expect(loss.perExample(logits, labels(1)).dataSync()[0]).toBe(Infinity);
  const gradient = tf
    .grad((z) => tf.sum(loss.perExample(z, labels(0))))(logits)
    .dataSync();
  const share = 1 / (1 + Math.exp(-1));
  [share - 1, 0, 1 - share].forEach((value, c) => expect(gradient[c]).toBeCloseTo(value, 6));
});
