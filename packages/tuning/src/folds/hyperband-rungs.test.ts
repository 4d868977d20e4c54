import { type Plugin, Trainer } from '@espalier/core';
import { toyClasses, toyCrossEntropy, toyModel, toyOptimizer } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { hyperbandPruner } from '../pruners/hyperband-pruner.js';
import { float } from '../space/distributions.js';
import { space } from '../space/space.js';
import { memoryStorage } from '../storage/memory-storage.js';
import { createStudy } from '../study/create-study.js';
import { trialPruning } from './trial-pruning.js';

const EPOCHS = 9;
/** The last epochs before the rungs after 1 and 3 of 9 epochs. */
const RUNGS = [0, 2];
const TRIALS = 10;

/** A search by Hyperband: what became of its trials, the epochs that were trained, and the weights at the end of whole trials. */
async function search(stopAtRungs: boolean) {
  const data = toyClasses();
  const storage = memoryStorage();
  const trained: string[] = [];
  const stops = new Set<string>();
  const weights = new Map<number, unknown>();
  for (;;) {
    const study = await createStudy({
      space: space({ learningRate: float(1e-4, 0.3, { log: true }) }),
      pruner: hyperbandPruner({ minResource: 1, maxResource: EPOCHS }),
      seed: 1,
      storage,
      clock: () => 0,
    });
    const process = new AbortController();
    await study.optimize(
      async (trial) => {
        const resumeFrom = await trial.loadCheckpoint();
        const watching: Plugin = {
          name: 'watching',
          enforce: 'post',
          onEpochEnd({ epoch }) {
            const place = `trial ${trial.number}, epoch ${epoch}`;
            trained.push(place);
            // Once the checkpoint of this epoch is kept the process ends, where the trial reaches a rung.
            if (!stopAtRungs || !RUNGS.includes(epoch) || stops.has(place)) return;
            stops.add(place);
            process.abort(new Error('killed'));
          },
        };
        const trainer = new Trainer({
          model: toyModel(),
          loss: toyCrossEntropy(),
          optimizer: toyOptimizer(trial.parameters.learningRate),
          plugins: [trialPruning(trial, { checkpointEvery: 1 }), watching],
          seed: trial.seed,
        });
        const record = await trainer.fit(data, {
          epochs: EPOCHS,
          batchSize: 8,
          validation: data,
          signal: trial.signal,
          stopOnInterrupt: false,
          ...(resumeFrom && { resumeFrom }),
        });
        if (record.epochs.length === EPOCHS) weights.set(trial.number, await trainer.getWeights());
        return record.epochs.at(-1)!['val_loss']!;
      },
      { trials: TRIALS, signal: process.signal, stopOnInterrupt: false },
    );
    if (!process.signal.aborted) return { trials: study.trials, trained, stops: stops.size, weights };
  }
}

test('a trial that reaches a rung goes on from its checkpoint, to the bits of one trained straight', async () => {
  const [straight, stopped] = [await search(false), await search(true)];
  expect(stopped.stops).toBeGreaterThan(TRIALS);
  expect(stopped.trials).toEqual(straight.trials);
  const states = straight.trials.map(({ state }) => state);
  expect(states).toContain('pruned');
  expect(states).toContain('complete');
  // No epoch is trained twice, but the one that a pruned trial ends with.
  const pruned = new Set(
    straight.trials.filter(({ state }) => state === 'pruned').map(({ number }) => number),
  );
  const again = stopped.trained.filter((place, i) => stopped.trained.indexOf(place) < i);
  for (const place of again) expect(pruned).toContain(Number(/\d+/.exec(place)![0]));
  expect([...new Set(stopped.trained)]).toEqual(straight.trained);
  expect(stopped.weights.size).toBe(states.filter((state) => state === 'complete').length);
  expect(stopped.weights).toEqual(straight.weights);
});
