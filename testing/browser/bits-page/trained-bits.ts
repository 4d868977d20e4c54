import { compiled } from '@espalier/compile';
import type { Optimizer } from '@espalier/core';
import { Trainer } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import {
  adafactor,
  adam,
  asgd,
  cosineRestarts,
  nadam,
  oneCycle,
  polynomialDecay,
  radam,
} from '@espalier/optimizers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { datasetFor, modelFor, type Problem } from '../page/problems.js';
import { sha256 } from './sha256.js';

/** What is trained, and by what: optimizers and schedules whose numbers are powers, logarithms and cosines. */
const runs: readonly (readonly [Problem, Optimizer])[] = [
  ['mlp', adam({ learningRate: 0.01 })],
  ['cnn', adam({ learningRate: 0.01 })],
  ['mlp', nadam({ learningRate: cosineRestarts({ initialValue: 0.02, decaySteps: 7, peakFactor: 0.83 }) })],
  ['mlp', radam({ learningRate: oneCycle({ peakValue: 0.02, length: 32 }) })],
  ['mlp', adafactor({ learningRate: polynomialDecay({ initialValue: 0.05, decaySteps: 40, power: 1.7 }) })],
  ['mlp', asgd({ learningRate: 0.05, decay: 0.1, averageFrom: 3 })],
];

/** Trains each with steps compiled to WebAssembly; gives the SHA-256 of its weights and of what its record says of each epoch. */
export async function trainedBits(): Promise<string> {
  const digests: string[] = [];
  for (const [problem, optimizer] of runs) digests.push(await bitsOf(problem, optimizer));
  return digests.join(' ');
}

async function bitsOf(problem: Problem, optimizer: Optimizer): Promise<string> {
  await tf.setBackend('cpu');
  const model = modelFor(problem);
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer,
    metrics: [accuracy()],
    executor: compiled({ target: 'wasm' }),
    seed: 5,
  });
  const data = datasetFor(problem);
  const { epochs } = await trainer.fit(data, { epochs: 8, batchSize: 12, validation: data });
  const numbers = epochs.flatMap((epoch) => [
    epoch['loss']!,
    epoch['val_loss']!,
    epoch['val_accuracy']!,
    epoch['learning_rate']!,
  ]);
  for (const weight of model.getWeights()) numbers.push(...(await weight.data()));
  model.dispose();
  return sha256(numbers);
}
