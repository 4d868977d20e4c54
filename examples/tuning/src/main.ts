import { parseArgs } from 'node:util';
import { wasm } from '@espalier/backend-wasm';
import { Trainer, useBackend } from '@espalier/core';
import { kFolds, mnist, take } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { accuracy } from '@espalier/metrics';
import { mlp } from '@espalier/models';
import { adam, sgd } from '@espalier/optimizers';
import {
  choice,
  createStudy,
  crossValidate,
  float,
  foldPruner,
  int,
  journalStorage,
  parameterImportances,
  space,
  tpeSampler,
  when,
} from '@espalier/tuning';

const values = readCommandLine();

const trials = Number(values.trials ?? (values.quick ? 4 : 20));
const path = values.study ?? `runs/tuning/mnist${values.quick ? '-quick' : ''}.jsonl`;

await useBackend(wasm());
const { train } = await mnist({ flatten: true });
// The first 900 digits: a trial trains on three times 600 of them.
const digits = take(train, 900);
const folds = kFolds(digits, { k: 3, seed: 1, stratify: true });

const study = await createStudy({
  name: 'mnist',
  space: space({
    units: int(8, 64, { log: true }),
    dropout: float(0, 0.5),
    optimizer: choice(['sgd', 'adam']),
    learningRate: float(1e-4, 0.3, { log: true }),
    momentum: when({ optimizer: 'sgd' }, float(0, 0.99)),
  }),
  sampler: tpeSampler({ startupTrials: 8 }),
  pruner: foldPruner({ pThreshold: 0.3 }),
  direction: 'minimize',
  seed: 1,
  storage: journalStorage(path),
});
if (study.trials.length > 0) console.log(`${study.trials.length} trials were there already`);

await study.optimize(
  async (trial) => {
    const { parameters } = trial;
    const { mean, deviation, pruned } = await crossValidate({
      folds,
      trial,
      seed: 1,
      fit: { epochs: 4, batchSize: 32 },
      trainer: ({ seed, plugin }) =>
        new Trainer({
          model: mlp({
            inputs: 784,
            hidden: [parameters.units],
            outputs: 10,
            dropout: parameters.dropout,
            seed,
          }),
          loss: softmaxCrossEntropy(),
          optimizer:
            parameters.optimizer === 'sgd'
              ? sgd({ learningRate: parameters.learningRate, momentum: parameters.momentum })
              : adam({ learningRate: parameters.learningRate }),
          metrics: [accuracy()],
          plugins: [plugin],
          seed,
        }),
    });
    if (pruned) return 'pruned';
    await trial.note('accuracy', [mean['accuracy'], deviation['accuracy']]);
    return mean['loss']!;
  },
  {
    trials,
    onTrialEnd: ({ number, state, values: [loss] = [], parameters }) =>
      console.log(
        `trial ${String(number).padStart(2)}  ${state.padEnd(8)}  ${loss?.toFixed(4) ?? '      '}  ${parameters.optimizer.padEnd(4)}  ${parameters.units} units`,
      ),
  },
);

const best = study.best!;
const [mean, deviation] = best.notes['accuracy'] as [number, number];
console.log(`\nbest: trial ${best.number}, loss ${best.values![0]!.toFixed(4)}`, best.parameters);
console.log(`accuracy over the folds: ${mean.toFixed(3)} +- ${deviation.toFixed(3)}`);
const shares = Object.entries(parameterImportances(study));
console.log('importances:', shares.map(([name, share]) => `${name} ${share.toFixed(2)}`).join(', '));
await study.close();

/** What the command line says; where that cannot be read, the program ends with how to write it. */
function readCommandLine() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        trials: { type: 'string' },
        study: { type: 'string' },
      },
    }).values;
  } catch (error) {
    console.error(
      `${(error as Error).message}\n\nUsage: npm start -- [--quick] [--trials <n>] [--study <file>]`,
    );
    process.exit(2);
  }
}
