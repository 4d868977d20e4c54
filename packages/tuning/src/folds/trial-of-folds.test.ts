import { describe, expect, test } from 'vitest';
import { foldPruner } from '../pruners/fold-pruner.js';
import { thresholdPruner } from '../pruners/threshold-pruner.js';
import { float } from '../space/distributions.js';
import { space } from '../space/space.js';
import { memoryStorage } from '../storage/memory-storage.js';
import { createStudy } from '../study/create-study.js';
import { delays, wait } from '../study/search.fixture.js';
import { crossValidate } from './cross-validate.js';
import { folds, training } from '../../testing/toy-folds.js';

describe('a trial of folds', () => {
  const line = space({ x: float(0, 1) });
  const quiet = { stopOnInterrupt: false };

  /** Fold results are a value of the trial with a little of the fold; each has two epochs before. */
  const run =
    (level: number, speed: number | undefined) =>
    async ({
      index,
      report,
    }: {
      index: number;
      report: (value: number, step: number) => Promise<boolean>;
    }) => {
      const random = speed === undefined ? undefined : delays(speed + 10 * index);
      for (let epoch = 0; epoch < 2; epoch++) {
        await wait(random);
        if (await report(level + index + 1 - epoch, epoch)) break;
      }
      return { metrics: { loss: level + index } };
    };

  async function search(speed: number | undefined, parallel: number) {
    const study = await createStudy({ space: line, pruner: foldPruner({ pThreshold: 0.2 }), clock: () => 0 });
    await study.optimize(
      async (trial) => {
        const level = trial.number === 0 ? 0 : trial.number % 3;
        const {
          mean,
          pruned,
          folds: ended,
        } = await crossValidate({
          folds: folds(5),
          run: run(level, speed),
          parallel,
          trial,
        });
        await trial.note(
          'folds',
          ended.map(({ index }) => index),
        );
        return pruned ? 'pruned' : mean['loss']!;
      },
      { trials: 8, ...quiet },
    );
    return study;
  }

  test('is pruned by folds, and what it has told does not depend on which fold is faster', async () => {
    const one = await search(undefined, 1);
    expect(one.trials.map(({ state }) => state[0]).join('')).toBe('cppcppcp');
    expect(one.trials[2]!.reports.filter(({ step }) => step === undefined).length).toBe(3);
    expect(one.trials[0]!.reports.slice(0, 3)).toEqual([
      { fold: 0, step: 0, value: 1 },
      { fold: 0, step: 1, value: 0 },
      { fold: 0, value: 0 },
    ]);
    const results = one.trials[0]!.reports.filter(({ step }) => step === undefined);
    expect(results.map(({ fold }) => fold)).toEqual([0, 1, 2, 3, 4]);
    expect(one.trials[2]!.notes).toEqual({ folds: [0, 1] });
    for (const speed of [1, 2, 3]) expect((await search(speed, 5)).trials).toEqual(one.trials);
  });

  test('is pruned within a fold, and the training stops there', async () => {
    const study = await createStudy({ space: line, pruner: thresholdPruner({ upper: 0.2, warmupSteps: 1 }) });
    const trial = await study.ask();
    const result = await crossValidate({ folds: folds(3), ...training, trial, predictions: true });
    expect(result).toMatchObject({ pruned: true, folds: [] });
    expect(trial.reports.length).toBe(2);
    expect(trial.pruned).toBe(true);
  });

  test('that was interrupted keeps its folds in the study', async () => {
    const storage = memoryStorage();
    const options = { space: line, storage, clock: () => 0 };
    const study = await createStudy(options);
    const trial = await study.ask();
    let ran: number[] = [];
    const each = async ({ index }: { index: number }) => {
      ran.push(index);
      if (index === 2 && ran.length === 3) throw new Error('killed');
      return { metrics: { loss: index } };
    };
    await expect(crossValidate({ folds: folds(4), run: each, trial })).rejects.toThrow('killed');
    ran = [];
    const again = await createStudy(options);
    const resumed = await again.ask();
    expect(resumed.number).toBe(0);
    const { mean } = await crossValidate({ folds: folds(4), run: each, trial: resumed });
    expect(ran).toEqual([2, 3]);
    expect(mean['loss']).toBe(1.5);
    await again.tell(resumed, mean['loss']!);
    expect(await storage.entries()).toEqual([]);
  });

  test('a monitor that the folds do not have is named', async () => {
    const study = await createStudy({ space: line });
    const trial = await study.ask();
    const wrong = crossValidate({ folds: folds(3), run: run(0, undefined), trial, monitor: 'accuracy' });
    await expect(wrong).rejects.toThrow(/the folds give no 'accuracy', only loss/);
  });
});
