import { compiled } from '@espalier/compile';
import { Trainer } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { adam } from '@espalier/optimizers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { datasetFor, modelFor, type Problem } from '../page/problems.js';

/** Trains with steps compiled to WebAssembly; gives the SHA-256 of the weights and of what the record says of each epoch. */
export async function trainedBits(problem: Problem): Promise<string> {
  await tf.setBackend('cpu');
  const model = modelFor(problem);
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    metrics: [accuracy()],
    executor: compiled({ target: 'wasm' }),
    seed: 5,
  });
  const data = datasetFor(problem);
  const { epochs } = await trainer.fit(data, { epochs: 8, batchSize: 12, validation: data });
  const numbers = epochs.flatMap((epoch) => [epoch['loss']!, epoch['val_loss']!, epoch['val_accuracy']!]);
  for (const weight of model.getWeights()) numbers.push(...(await weight.data()));
  model.dispose();
  const digest = await crypto.subtle.digest('SHA-256', Float64Array.from(numbers));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
