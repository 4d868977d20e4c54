import type { Plugin } from '@espalier/core';
import { Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { thresholdPruner } from '../pruners/threshold-pruner.js';
import { float } from '../space/distributions.js';
import { space } from '../space/space.js';
import { memoryStorage } from '../storage/memory-storage.js';
import { createStudy } from '../study/create-study.js';
import { trialPruning } from './trial-pruning.js';

const data = toyClasses();
const line = space({ x: float(0, 1) });
const trainer = (plugins: readonly Plugin[]) =>
  new Trainer({ model: toyModel(), loss: toyCrossEntropy(), optimizer: toyOptimizer(), plugins, seed: 4 });
const fit = { epochs: 6, batchSize: 8, validation: data };

/** Counts epochs over resumes. */
function counter(): Plugin {
  let epochs = 0;
  return {
    name: 'counter',
    onEpochEnd: () => void epochs++,
    saveState: () => ({ json: epochs }),
    onFitStart: (_run, saved) => void (epochs = (saved?.json as number | undefined) ?? 0),
  };
}

test('epochs are told, and the run stops where the trial is pruned', async () => {
  const study = await createStudy({ space: line, pruner: thresholdPruner({ upper: 0, warmupSteps: 2 }) });
  const trial = await study.ask();
  const record = await trainer([trialPruning(trial, { fold: 1 })]).fit(data, fit);
  expect(record.epochs.length).toBe(3);
  expect(record.stopReason).toMatch(/^pruned after epoch 2: val_loss \d/);
  expect(trial.reports).toEqual(
    record.epochs.map((logs, step) => ({ fold: 1, step, value: logs['val_loss'] })),
  );
  expect(await study.tell(trial, record.epochs.at(-1)!['val_loss']!)).toMatchObject({ state: 'pruned' });
});

test('an interrupted trial goes on from its last checkpoint to the same bits', async () => {
  const whole = trainer([]);
  const record = await whole.fit(data, fit);
  const storage = memoryStorage();
  const study = await createStudy({ space: line, storage });
  const trial = await study.ask();
  const killer: Plugin = {
    name: 'killer',
    onStepEnd: (run) => {
      if (run.step === 14) throw new Error('killed');
    },
  };
  const plugin = trialPruning(trial, { monitor: 'loss', checkpointEvery: 2 });
  await expect(trainer([plugin, killer, counter()]).fit(data, fit)).rejects.toThrow('killed');

  const resumed = await (await createStudy({ space: line, storage })).ask();
  const checkpoint = await resumed.loadCheckpoint();
  expect(checkpoint!.epoch).toBe(4);
  const counting = counter();
  const again = trainer([trialPruning(resumed, { monitor: 'loss', checkpointEvery: 2 }), counting]);
  const rest = await again.fit(data, { ...fit, ...(checkpoint && { resumeFrom: checkpoint }) });
  expect(rest.epochs).toEqual(record.epochs);
  // The state of others that a checkpoint has is that of the end of its epoch.
  expect(counting.saveState!().json).toBe(6);
  expect(await again.getWeights()).toEqual(await whole.getWeights());
  expect(resumed.reports.map(({ step, value }) => [step, value])).toEqual(
    record.epochs.map(({ epoch, loss }) => [epoch, loss]),
  );
});
