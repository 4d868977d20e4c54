import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  clipGradients,
  csvLogger,
  earlyStopping,
  latestCheckpoint,
  modelCheckpoint,
  nanGuard,
  progressBar,
  reduceLROnPlateau,
} from '@espalier/callbacks';
import { type Plugin, Trainer } from '@espalier/core';
import { split, syntheticClassification } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';

/** Dies without a word, as by a power cut, after so many steps. */
function powerCut(step: number): Plugin {
  return {
    name: 'power-cut',
    onStepEnd(run) {
      if (run.step === step) process.kill(process.pid, 'SIGKILL');
    },
  };
}

const [folder = 'runs', dieAt] = process.argv.slice(2);
await tf.setBackend('cpu');

const clouds = syntheticClassification({
  examples: 1200,
  features: 20,
  classes: 4,
  separation: 1.6,
  seed: 4,
});
const [train, validation] = split(clouds, { fractions: [0.5, 0.5], seed: 1 });

const trainer = new Trainer({
  model: mlp({ inputs: 20, hidden: [32], outputs: 4, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  metrics: [accuracy()],
  plugins: [
    clipGradients({ globalNorm: 1 }),
    nanGuard(),
    reduceLROnPlateau({ monitor: 'val_loss', factor: 0.3, patience: 2 }),
    earlyStopping({ monitor: 'val_loss', patience: 5, restoreBest: true }),
    modelCheckpoint({ directory: `${folder}/checkpoints`, every: { steps: 25 }, keep: 2 }),
    csvLogger({ path: `${folder}/log.csv` }),
    progressBar({ plain: true, stream: process.stdout, metrics: ['loss', 'val_loss', 'learning_rate'] }),
    ...(dieAt === undefined ? [] : [powerCut(Number(dieAt))]),
  ],
  seed: 7,
});

const latest = await latestCheckpoint(`${folder}/checkpoints`);
if (latest) console.log(`going on from step ${latest.checkpoint.step}`);
await trainer.fit(train, {
  epochs: 40,
  batchSize: 32,
  validation,
  resumeFrom: latest?.checkpoint,
});
