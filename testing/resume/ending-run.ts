/**
 * A run that ends, for the test of a kill in `onFitEnd`. Arguments: folder, how it ends (`early`, `steps`, `seconds`, `epochs`), and `kill`
 * where the process is to end there without any warning. Prints what the run came to.
 */
import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { csvLogger, earlyStopping, latestCheckpoint, modelCheckpoint } from '@espalier/callbacks';
import { type FitOptions, Trainer } from '@espalier/core';
import { syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { sgd } from '@espalier/optimizers';

const [folder, how, mode] = process.argv.slice(2) as [string, string, string | undefined];
const lengths: Record<string, FitOptions> = {
  early: { epochs: 50 },
  steps: { steps: 11 },
  seconds: { seconds: 0.3 },
  epochs: { epochs: 3 },
};

await tf.setBackend('cpu');
const directory = join(folder, 'checkpoints');
const log = join(folder, 'log.csv');
let steps = 0;
const trainer = new Trainer({
  model: mlp({ inputs: 4, hidden: [6], outputs: 2, seed: 3 }),
  loss: softmaxCrossEntropy(),
  optimizer: sgd({ learningRate: 0.1 }),
  plugins: [
    { name: 'count', onStepEnd: () => void steps++ },
    {
      name: 'killer',
      onFitEnd() {
        if (mode === 'kill') process.kill(process.pid, 'SIGKILL');
      },
    },
    ...(how === 'early'
      ? [earlyStopping({ monitor: 'loss', patience: 2, minDelta: 10, restoreBest: true })]
      : []),
    modelCheckpoint({ directory }),
    csvLogger({ path: log }),
    {
      name: 'last-work',
      onFitEnd: (run) => console.log(`last work after ${run.record.epochs.length} epochs`),
    },
  ],
  seed: 3,
});
const found = await latestCheckpoint(directory);
const record = await trainer.fit(
  syntheticClassification({ examples: 40, features: 4, classes: 2, seed: 4 }),
  {
    ...lengths[how],
    batchSize: 8,
    resumeFrom: found?.checkpoint,
  },
);
const weights = Object.values(await trainer.getWeights()).map(({ data }) => [...data]);
const { epochs, status, stopReason } = record;
console.log(JSON.stringify({ epochs, status, stopReason, weights, log: await readFile(log, 'utf8'), steps }));
