import { wasm } from '@espalier/backend-wasm';
import { Trainer, useBackend } from '@espalier/core';
import { mnist, split, take } from '@espalier/datasets';
import { softmaxCrossEntropy } from '@espalier/losses';
import { mlp } from '@espalier/models';
import { adam } from '@espalier/optimizers';
import { float, int, medianPruner, type Objective, space, trialPruning } from '@espalier/tuning';

/** What the study and its workers share. */
export const study = 'digits';
export const digits = space({
  units: int(8, 64, { log: true }),
  dropout: float(0, 0.5),
  learningRate: float(1e-4, 1e-1, { log: true }),
});
export const pruner = medianPruner({ startupTrials: 4, warmupSteps: 2 });

/** Six epochs on 600 digits, from the last checkpoint where there is one. */
export const makeObjective = async (): Promise<Objective<ReturnType<typeof digits.check>>> => {
  await useBackend(wasm());
  const { train } = await mnist({ flatten: true });
  const [fitted, validation] = split(take(train, 900), { fractions: [2 / 3, 1 / 3], seed: 1 });
  return async (trial) => {
    const { units, dropout, learningRate } = trial.parameters;
    const resumeFrom = await trial.loadCheckpoint();
    const trainer = new Trainer({
      model: mlp({ inputs: 784, hidden: [units], outputs: 10, dropout, seed: trial.seed }),
      loss: softmaxCrossEntropy(),
      optimizer: adam({ learningRate }),
      plugins: [trialPruning(trial, { checkpointEvery: 1 })],
      seed: trial.seed,
    });
    const { epochs } = await trainer.fit(fitted, {
      epochs: 6,
      batchSize: 32,
      validation,
      signal: trial.signal,
      stopOnInterrupt: false,
      ...(resumeFrom && { resumeFrom }),
    });
    return epochs.at(-1)!['val_loss']!;
  };
};
