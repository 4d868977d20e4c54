import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compiled } from '@espalier/compile';
import { Trainer } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { type Job, serveRuns } from '@espalier/workers';

const data = syntheticClassification({ examples: 6400, features: 784, classes: 10, seed: 1 });

/** Seconds a step of 784-64-64-10, batch 64, Adam, compiled; with a job as part of it. */
export async function secondsPerStep({ epochs }: { readonly epochs: number }, job?: Job): Promise<number> {
  await tf.setBackend('cpu');
  const plugins = job ? [job.plugin()] : [];
  const trainer = new Trainer({
    model: mlp({ inputs: 784, hidden: [64, 64], outputs: 10, seed: 1 }),
    loss: softmaxCrossEntropy(),
    optimizer: adam(),
    plugins,
    executor: compiled({ threads: 1 }),
    seed: 1,
  });
  const { seconds } = await trainer.fit(data, { epochs: epochs + 1, batchSize: 64 });
  // The first epoch compiles.
  return seconds.slice(1).reduce((sum, each) => sum + each, 0) / epochs / 100;
}

export const runs = serveRuns({
  nothing: () => 0,
  secondsPerStep,
});
