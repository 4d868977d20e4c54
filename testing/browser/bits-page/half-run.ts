import { compiled } from '@espalier/compile';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type FitOptions,
  Trainer,
} from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { adam, cosineDecay } from '@espalier/optimizers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { datasetFor, modelFor } from '../page/problems.js';
import { sha256 } from './sha256.js';

/** The file of a checkpoint taken in the middle of a run, and in the middle of an epoch. */
export async function halfRun(): Promise<Uint8Array<ArrayBuffer>> {
  return encodeCheckpoint(await run({ steps: 14 }));
}

/** The SHA-256 of a whole run's state and losses; of one that goes on from a file, where one is given. */
export async function wholeRunBits(file?: Uint8Array): Promise<string> {
  const { arrays, epochs } = await run(file ? { resumeFrom: decodeCheckpoint(file) } : {});
  const state = Object.keys(arrays)
    .sort()
    .flatMap((name) => [...arrays[name]!.data]);
  return sha256([...epochs.flatMap((epoch) => [epoch['loss']!, epoch['val_loss']!]), ...state]);
}

async function run(options: Partial<FitOptions>): Promise<Checkpoint> {
  await tf.setBackend('cpu');
  const model = modelFor('mlp');
  let final: Checkpoint | undefined;
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: cosineDecay({ initialValue: 0.02, decayEpochs: 8 }) }),
    metrics: [accuracy()],
    executor: compiled({ target: 'wasm' }),
    seed: 5,
    plugins: [{ name: 'saver', onFitEnd: async (ended) => void (final = await ended.checkpoint()) }],
  });
  const data = datasetFor('mlp');
  await trainer.fit(data, { epochs: 8, batchSize: 12, validation: data, ...options });
  model.dispose();
  return final!;
}
