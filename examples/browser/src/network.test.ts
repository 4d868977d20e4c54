import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { adam, mlp, softmaxCrossEntropy, Trainer } from 'espalier';
import { expect, test } from 'vitest';
import { classify, networkOf } from './network.js';
import { HIDDEN } from './settings.js';

test('the page computes what the model predicts', async () => {
  await tf.setBackend('cpu');
  const model = mlp({ inputs: 784, hidden: HIDDEN, outputs: 10, dropout: 0.3, seed: 3 });
  const trainer = new Trainer({ model, loss: softmaxCrossEntropy(), optimizer: adam() });
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256);
  const network = networkOf(await trainer.getWeights());
  const logits = model.predict(tf.div(tf.tensor2d(Float32Array.from(pixels), [1, 784]), 255)) as tf.Tensor;
  const wanted = tf.softmax(logits).dataSync();
  const shares = classify(network, pixels);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  shares.forEach((share, digit) => expect(share).toBeCloseTo(wanted[digit]!, 5));
});
