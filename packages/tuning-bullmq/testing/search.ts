import { setTimeout as sleep } from 'node:timers/promises';
import type { RandomStream } from '@espalier/core';
import {
  choice,
  float,
  medianPruner,
  type Objective,
  space,
  type Study,
  type StudyOptions,
  tpeSampler,
  when,
} from '@espalier/tuning';

/** A small search with conditions, pruning, notes, constraints and failures. */
export const search = space({
  kind: choice(['line', 'bowl']),
  x: float(-3, 3),
  slope: when({ kind: 'line' }, float(0.1, 10, { log: true })),
});
export type SearchParameters = ReturnType<typeof search.check>;

export const pruner = medianPruner({ startupTrials: 3 });

export const searchOptions = (
  more: Partial<StudyOptions<SearchParameters>> = {},
): StudyOptions<SearchParameters> => ({
  space: search,
  sampler: tpeSampler({ startupTrials: 4 }),
  pruner,
  seed: 3,
  clock: () => 0,
  ...more,
});

/** Goes on from the step that was kept; reports five steps, then gives its value; every seventh fails. */
export const searchObjective =
  (random?: RandomStream, milliseconds = 4): Objective<SearchParameters> =>
  async (trial) => {
    const { parameters, number } = trial;
    const value =
      parameters.kind === 'line' ? Math.abs(parameters.x * parameters.slope) : (parameters.x - 1) ** 2 - 1;
    for (let step = (await trial.loadBytes('step'))?.[0] ?? 0; step < 5; step++) {
      if (random) await sleep(milliseconds * random.uniform(), undefined, { signal: trial.signal });
      if (await trial.report(value + 4 - step, { step })) return 'pruned';
      await trial.saveBytes('step', Uint8Array.of(step + 1));
    }
    await trial.note('twice', 2 * value);
    trial.constrain([value - 100]);
    if (number % 7 === 3) throw new RangeError(`trial ${number} is one of those that fail`);
    return number === 5 ? Infinity : value;
  };

/** What must be equal between equal searches: all but the stack of errors. */
export const outcome = (study: Pick<Study<SearchParameters>, 'trials'>): unknown =>
  study.trials.map(({ error, ...trial }) => ({ ...trial, error: error?.message }));
