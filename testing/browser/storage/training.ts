import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { jsonlLogger, latestCheckpoint, modelCheckpoint, type RunStore } from '@espalier/callbacks';
import { compiled } from '@espalier/compile';
import { type Plugin, Trainer } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

/** What a run in the page gave. */
export interface Trained {
  /** The step at which it began. */
  readonly from: number;
  readonly weights: readonly number[];
  readonly log: string;
}

const data = syntheticClassification({ examples: 160, features: 6, classes: 3, seed: 2 });

/** Trains 4 epochs of 20 steps, going on where the store says; `onStep` hears of each step. */
export async function train(
  store: RunStore,
  onStep: (step: number) => void | Promise<void>,
): Promise<Trained> {
  await tf.setBackend('cpu');
  const model = mlp({ inputs: 6, hidden: [16], outputs: 3, dropout: 0.2, seed: 1 });
  const teller: Plugin = { name: 'teller', enforce: 'post', onStepEnd: (run) => onStep(run.step) };
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    metrics: [accuracy()],
    plugins: [modelCheckpoint({ store, every: { steps: 7 } }), jsonlLogger({ store }), teller],
    executor: compiled({ runtime: 'onnxruntime-web' }),
    seed: 5,
  });
  const latest = await latestCheckpoint(store);
  await trainer.fit(data, { epochs: 4, batchSize: 8, resumeFrom: latest?.checkpoint });
  const weights = Object.values(await trainer.getWeights()).flatMap(({ data: values }) => [...values]);
  model.dispose();
  const log = new TextDecoder().decode(await store.read('log.jsonl'));
  return { from: latest?.checkpoint.step ?? 0, weights, log };
}
