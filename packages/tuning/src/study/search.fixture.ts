import type { RandomStream } from '@espalier/core';
import { stream } from '@espalier/core';
import { medianPruner } from '../pruners/percentile-pruner.js';
import { tpeSampler } from '../samplers/tpe/tpe-sampler.js';
import { choice, float } from '../space/distributions.js';
import { space, when } from '../space/space.js';
import type { StudyOptions } from './create-study.js';
import type { Objective } from './optimize.js';
import type { Study } from './study.js';

/** A small search with everything in it: conditions, pruning, failures. */
export const search = space({
  kind: choice(['line', 'bowl']),
  x: float(-3, 3),
  slope: when({ kind: 'line' }, float(0.1, 10, { log: true })),
});
export type SearchParameters = typeof search extends { check(values: unknown): infer P } ? P : never;

/** Options of a study over it. */
export const searchOptions = (
  more: Partial<StudyOptions<SearchParameters>> = {},
): StudyOptions<SearchParameters> => ({
  space: search,
  sampler: tpeSampler({ startupTrials: 4 }),
  pruner: medianPruner({ startupTrials: 3 }),
  seed: 3,
  clock: () => 0,
  ...more,
});

/** Waits for a random number of turns of the event loop. */
export async function wait(random: RandomStream | undefined): Promise<void> {
  if (!random) return;
  for (let turns = random.integer(12); turns > 0; turns--)
    await new Promise((resolve) => setImmediate(resolve));
}

/** Reports five steps, then gives its value; every seventh fails. Waits as `random` says. */
export const searchObjective =
  (random?: RandomStream): Objective<SearchParameters> =>
  async (trial) => {
    const { parameters, number } = trial;
    const value =
      parameters.kind === 'line' ? Math.abs(parameters.x * parameters.slope) : (parameters.x - 1) ** 2 - 1;
    for (let step = 0; step < 5; step++) {
      await wait(random);
      if (await trial.report(value + 4 - step, { step })) return 'pruned';
    }
    if (number % 7 === 3) throw new RangeError(`trial ${number} is one of those that fail`);
    return value;
  };

/** A source of delays that differs for each `speed`. */
export const delays = (speed: number): RandomStream => stream(speed, 'delays');

/** What must be equal between equal searches: all but the stack of errors. */
export function outcome(study: Pick<Study<SearchParameters>, 'trials'>): unknown {
  return study.trials.map(({ error, ...trial }) => ({ ...trial, error: error?.message }));
}
