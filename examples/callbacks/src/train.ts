import {
  clipGradients,
  csvLogger,
  earlyStopping,
  ema,
  lastRunFolder,
  latestCheckpoint,
  modelCheckpoint,
  newRunFolder,
  progressBar,
  reduceLROnPlateau,
  spikeGuard,
} from '@espalier/callbacks';
import { wasm } from '@espalier/backend-wasm';
import { compiled } from '@espalier/compile';
import { type Plugin, Trainer, useBackend } from '@espalier/core';
import { mnist, take } from '@espalier/datasets';
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

const [runs = 'runs', begin = 'go on', dieAt] = process.argv.slice(2);
await useBackend(wasm());
const { train, test } = await mnist();

// The last run goes on, or else the first begins.
const last = begin === 'new' ? undefined : await lastRunFolder(runs);
const directory = last ?? (await newRunFolder(runs));
const latest = await latestCheckpoint(directory);
if (latest) console.log(`going on from step ${latest.checkpoint.step}`);

const trainer = new Trainer({
  model: mlp({ inputs: [28, 28, 1], hidden: [32], outputs: 10, dropout: 0.2, seed: 1 }),
  loss: softmaxCrossEntropy(),
  optimizer: adam({ learningRate: 0.01 }),
  metrics: [accuracy()],
  accumulate: { 0: 1, 2: 2, 8: 4 },
  plugins: [
    clipGradients({ globalNorm: 1 }),
    spikeGuard(),
    ema({ decay: 0.95, warmup: true, evaluateAverages: true }),
    reduceLROnPlateau({ monitor: 'val_loss', factor: 0.3, patience: 2 }),
    earlyStopping({ monitor: 'val_loss', patience: 4, restoreBest: true }),
    modelCheckpoint({ directory, every: { steps: 25 }, keep: 2, monitor: 'val_accuracy' }),
    csvLogger({ path: `${directory}/log.csv` }),
    progressBar({ plain: true, stream: process.stdout, metrics: ['loss', 'val_loss', 'learning_rate'] }),
    ...(dieAt === undefined ? [] : [powerCut(Number(dieAt))]),
  ],
  seed: 7,
  executor: compiled(),
});
await trainer.fit(take(train, 600), {
  epochs: 20,
  batchSize: 20,
  validation: take(test, 500),
  resumeFrom: latest?.checkpoint,
});
