import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { wasm } from '@espalier/backend-wasm';
import { latestCheckpoint, modelCheckpoint } from '@espalier/callbacks';
import { compiled } from '@espalier/compile';
import { eager, type HostArrays, type Plugin, type RunRecord, Trainer, useBackend } from '@espalier/core';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { adam } from '@espalier/optimizers';
import { type Job, serveRuns } from '@espalier/workers';
import { datasetFor, modelFor, type Problem } from '../browser/page/problems.js';

export type Engine = 'cpu' | 'wasm' | 'compiled';

export interface TrainOptions {
  readonly problem: Problem;
  readonly engine: Engine;
  readonly epochs: number;
  /** Folder of checkpoints: the run goes on from what is there. */
  readonly directory?: string;
  /** After this step the run waits until it is asked to stop. */
  readonly waitAtStep?: number;
}

export interface Trained {
  readonly record: RunRecord;
  readonly weights: HostArrays;
}

/** Also for the main thread, without a job, to compare with. */
export async function train(
  { problem, engine, epochs, directory, waitAtStep }: TrainOptions,
  job?: Job<'waiting'>,
): Promise<Trained> {
  if (engine === 'wasm') await useBackend(wasm());
  else await tf.setBackend('cpu');
  const waiting: Plugin = {
    name: 'waiting',
    async onStepEnd({ step }) {
      if (step !== waitAtStep || !job) return;
      job.report('waiting');
      await new Promise((resolve) => job.signal.addEventListener('abort', resolve));
    },
  };
  const model = modelFor(problem);
  const trainer = new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    metrics: [accuracy()],
    plugins: [
      ...(directory ? [modelCheckpoint({ directory })] : []),
      ...(waitAtStep ? [waiting] : []),
      ...(job ? [job.plugin()] : []),
    ],
    executor: engine === 'compiled' ? compiled() : eager(),
    seed: 5,
  });
  const data = datasetFor(problem);
  const latest = directory ? await latestCheckpoint(directory) : undefined;
  const record = await trainer.fit(data, {
    epochs,
    batchSize: 12,
    validation: data,
    resumeFrom: latest?.checkpoint,
  });
  const weights = await trainer.getWeights();
  model.dispose();
  return { record, weights };
}

export const runs = serveRuns({ train: (options: TrainOptions, job: Job<'waiting'>) => train(options, job) });
