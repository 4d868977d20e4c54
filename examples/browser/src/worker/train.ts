import type { Job } from '@espalier/workers';
import {
  accuracy,
  adam,
  confusionMatrix,
  eager,
  jsonlLogger,
  l2,
  latestCheckpoint,
  mlp,
  modelCheckpoint,
  nanGuard,
  type Plugin,
  type RunStatus,
  softmaxCrossEntropy,
  Trainer,
} from 'espalier';
import { type Network, networkOf } from '../network.js';
import { BATCH_SIZE, HIDDEN, type Settings } from '../settings.js';
import { executorOf, startBackend } from './backend.js';
import { digits, type DigitFiles } from './digits.js';
import { alone, clear, readNote, type RunNote, runStore, writeNote } from './run-store.js';

/** What the page asks for. */
export interface TrainOptions {
  readonly settings: Settings;
  /** Go on with the run that is kept, up to `settings.epochs`; its other settings are those that it was started with. */
  readonly resume: boolean;
  readonly files: DigitFiles;
}

/** What the page hears beside losses and steps. */
export interface Snapshot {
  readonly network: Network;
  /** Counts over the held-out digits, `[actual][predicted]`, after an epoch. */
  readonly confusion?: readonly (readonly number[])[];
}

/** How the run ended. */
export interface Ending {
  readonly status: RunStatus | 'running';
  readonly executor: string;
}

/** Half an epoch of 6,000 digits: what a closed tab loses at most. */
const STEPS_BETWEEN_CHECKPOINTS = 47;
const MS_BETWEEN_SNAPSHOTS = 500;

/** Trains, keeps checkpoints and log in the browser, and reports to the page. */
export function train(options: TrainOptions, job: Job<Snapshot>): Promise<Ending> {
  return alone(() => run(options, job));
}

async function run({ settings: asked, resume, files }: TrainOptions, job: Job<Snapshot>): Promise<Ending> {
  const [store, { train: digitsToLearn, test }] = await Promise.all([
    runStore(),
    digits(files),
    startBackend(),
  ]);
  const kept = resume ? await readNote(store) : undefined;
  const latest = kept && (await latestCheckpoint(store));
  if (!latest) await clear(store);
  const settings: Settings = kept && latest ? { ...kept.settings, epochs: asked.epochs } : asked;
  let note: RunNote = { ...kept, settings, standing: 'running' };
  await writeNote(store, note);

  const model = mlp({ inputs: 784, hidden: HIDDEN, outputs: 10, dropout: settings.dropout, seed: 1 });
  const loss = softmaxCrossEntropy();
  const optimizer = adam({ learningRate: settings.learningRate });
  const examiner = new Trainer({
    model,
    loss,
    optimizer,
    metrics: [confusionMatrix({ classes: 10 })],
    executor: eager(),
  });

  let shownAt = -Infinity;
  const reporter: Plugin = {
    name: 'reporter',
    async onStepEnd(current) {
      const now = performance.now();
      if (now - shownAt < MS_BETWEEN_SNAPSHOTS) return;
      shownAt = now;
      job.report({ network: networkOf(await current.getWeights()) });
    },
    // The model holds the run's weights whenever an epoch ends.
    async onEpochEnd(current) {
      const { confusionMatrix: confusion } = await examiner.evaluate(test);
      note = { ...note, confusion: confusion as number[][] };
      job.report({ network: networkOf(await current.getWeights()), confusion: note.confusion! });
    },
    onFitEnd: async (current) => job.report({ network: networkOf(await current.getWeights()) }),
  };

  try {
    const trainer = new Trainer({
      model,
      loss,
      optimizer,
      metrics: [accuracy()],
      plugins: [
        ...(settings.l2 > 0 ? [l2({ lambda: settings.l2 })] : []),
        nanGuard(),
        reporter,
        modelCheckpoint({ store, every: { steps: STEPS_BETWEEN_CHECKPOINTS }, keep: 2 }),
        jsonlLogger({ store }),
        job.plugin(),
      ],
      executor: await executorOf(settings.engine),
      seed: 1,
    });
    const { status, executor } = await trainer.fit(digitsToLearn, {
      epochs: settings.epochs,
      batchSize: BATCH_SIZE,
      validation: test,
      validationBatchSize: 500,
      resumeFrom: latest?.checkpoint,
    });
    await writeNote(store, { ...note, standing: status === 'completed' ? 'completed' : 'stopped' });
    return { status, executor };
  } catch (error) {
    await writeNote(store, { ...note, standing: 'stopped' });
    throw error;
  } finally {
    model.dispose();
  }
}
