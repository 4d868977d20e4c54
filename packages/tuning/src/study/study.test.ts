import { describe, expect, test } from 'vitest';
import { gridSampler } from '../samplers/grid-sampler.js';
import { randomSampler } from '../samplers/random-sampler.js';
import { float } from '../space/distributions.js';
import { space } from '../space/space.js';
import { memoryStorage } from '../storage/memory-storage.js';
import { createStudy } from './create-study.js';
import { delays, outcome, searchObjective, searchOptions } from './search.fixture.js';
import type { StudyEvent } from './study-event.js';
import type { StudyStorage } from './study-storage.js';

const line = space({ x: float(0, 1) });
const quiet = { stopOnInterrupt: false };

describe('the same search', () => {
  async function run(speed: number | undefined, parallel: number, seed = 3) {
    const study = await createStudy(searchOptions({ seed }));
    const random = speed === undefined ? undefined : delays(speed);
    await study.optimize(searchObjective(random), { trials: 30, parallel, ...quiet });
    return study;
  }

  test.each([1, 2, 4])('whatever ends first, with %i workers of random speed', async (parallel) => {
    const first = outcome(await run(undefined, parallel));
    for (const speed of [1, 2, 3, 4]) expect(outcome(await run(speed, parallel))).toEqual(first);
  });

  test('for one seed, and another for another', async () => {
    expect(outcome(await run(1, 2))).toEqual(outcome(await run(5, 2)));
    expect(outcome(await run(1, 2))).not.toEqual(outcome(await run(1, 2, 4)));
  });

  test('and it has everything in it', async () => {
    const states = (await run(1, 3)).trials.map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['complete', 'pruned', 'failed']));
  });

  test('in as many parts as you like', async () => {
    const whole = outcome(await run(1, 3));
    const study = await createStudy(searchOptions());
    for (const trials of [1, 8, 8, 9, 30])
      await study.optimize(searchObjective(delays(trials)), { trials, parallel: 3, ...quiet });
    expect(outcome(study)).toEqual(whole);
  });

  test('a suggestion looks at trials up to t - n alone, and starts as soon as those are there', async () => {
    const study = await createStudy(searchOptions({ pruner: undefined as never }));
    const parallel = 3;
    await study.optimize(
      async ({ number }) => {
        // One that depends on the newest trials would see these.
        expect(study.trials.length).toBeLessThanOrEqual(number + parallel);
        return number;
      },
      { trials: 12, parallel, ...quiet },
    );
    expect(study.trials.map(({ horizon }) => horizon)).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('trials do run at once', async () => {
    const study = await createStudy({ space: line, clock: () => 0 });
    let now = 0;
    let most = 0;
    await study.optimize(
      async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        return 1;
      },
      { trials: 12, parallel: 4, ...quiet },
    );
    expect(most).toBe(4);
  });
});

/** A storage that stops, as a killed process does, before it has written event `limit`. */
function dying(
  events: readonly StudyEvent[],
  limit: number,
): StudyStorage & { readonly events: StudyEvent[] } {
  const kept = [...events];
  const memory = memoryStorage();
  return {
    ...memory,
    events: kept,
    open: async () => [...kept],
    append: async (event) => {
      if (kept.length >= limit) throw new Error('killed');
      kept.push(event);
    },
  };
}

test('a study that ends after any event goes on as if it had not', async () => {
  const parallel = 2;
  const whole = await createStudy(searchOptions());
  await whole.optimize(searchObjective(), { trials: 12, parallel, ...quiet });
  for (let limit = 1; limit < 90; limit += 4) {
    let storage = dying([], limit);
    const study = await createStudy(searchOptions({ storage }));
    const end = study.optimize(searchObjective(delays(limit)), { trials: 12, parallel, ...quiet });
    await end.catch((error: Error) => expect(error.message).toBe('killed'));
    storage = dying(storage.events, Infinity);
    const resumed = await createStudy(searchOptions({ storage }));
    await resumed.optimize(searchObjective(delays(limit + 1)), { trials: 12, parallel, ...quiet });
    expect(outcome(resumed)).toEqual(outcome(whole));
  }
});

describe('several objectives and constraints', () => {
  const point = space({ a: float(0, 1), b: float(0, 1) });
  test('the front is what nothing is better than', async () => {
    const study = await createStudy({ space: point, direction: ['minimize', 'maximize'] });
    for (const values of [
      [1, 1],
      [2, 2],
      [2, 1],
      [1, 1],
      [0, 9],
    ]) {
      const trial = await study.ask();
      if (values[1] === 9) trial.constrain([-1, 0.5]);
      await study.tell(trial, values);
    }
    expect(study.paretoFront.map(({ number }) => number)).toEqual([0, 1, 3]);
    expect(() => study.best).toThrow(/has 2 objectives, and no best trial; read paretoFront/);
    expect(study.trials[4]!.constraints).toEqual([-1, 0.5]);
  });

  test('the best is feasible, and the largest where that is asked for', async () => {
    const study = await createStudy({ space: point, direction: 'maximize' });
    for (const [value, constraint] of [
      [3, 0],
      [9, 1],
      [5, -1],
      [5, -1],
    ]) {
      const trial = await study.ask();
      trial.constrain([constraint!]);
      await study.tell(trial, value!);
    }
    expect(study.best?.number).toBe(2);
  });

  test('tpe searches both', async () => {
    const study = await createStudy({ space: point, direction: ['minimize', 'minimize'], seed: 2 });
    await study.optimize(({ parameters: { a, b } }) => [a + b, (1 - a) ** 2 + b], { trials: 60, ...quiet });
    // On the front b is 0: trials that know of it come near.
    const late = study.trials.slice(40).map(({ parameters }) => parameters.b);
    expect(late.filter((b) => b < 0.2).length).toBeGreaterThan(10);
  });
});

describe('what a trial tells', () => {
  test('reports are kept by fold and step, and the newest of a place counts', async () => {
    const study = await createStudy({ space: line });
    const trial = await study.ask();
    await trial.report(3, { step: 1, fold: 1 });
    await trial.report(1, { fold: 0 });
    await trial.report(2, { step: 5, fold: 0 });
    await trial.report(NaN, { step: 1, fold: 1 });
    await trial.note('weights', { layers: [1, 2] });
    expect(trial.reports).toEqual([
      { fold: 0, step: 5, value: 2 },
      { fold: 0, value: 1 },
      { fold: 1, step: 1, value: NaN },
    ]);
    expect(study.trials[0]!.notes).toEqual({ weights: { layers: [1, 2] } });
    await expect(trial.report(1, {})).rejects.toThrow(/step or fold must be given/);
    await expect(trial.report(1, { step: -1 })).rejects.toThrow(/step must be a whole number/);
    expect(() => trial.constrain([NaN])).toThrow(/constraints\[0\] must be a number/);
  });

  test('seeds of trials differ and depend on the seed of the study', async () => {
    const seeds = async (seed: number) => {
      const study = await createStudy({ space: line, seed });
      return [(await study.ask({ parallel: 2 })).seed, (await study.ask({ parallel: 2 })).seed];
    };
    const [a, b] = [await seeds(1), await seeds(2)];
    expect(new Set([...a, ...b]).size).toBe(4);
    expect(await seeds(1)).toEqual(a);
  });

  test('bytes are kept until the trial ends', async () => {
    const storage = memoryStorage();
    const study = await createStudy({ space: line, storage });
    const trial = await study.ask();
    await trial.saveBytes('weights', Uint8Array.of(1, 2));
    expect(await trial.loadBytes('weights')).toEqual(Uint8Array.of(1, 2));
    expect(await trial.loadCheckpoint()).toBeUndefined();
    expect(await storage.entries()).toEqual(['trial-0-weights']);
    await study.tell(trial, 1);
    expect(await storage.entries()).toEqual([]);
    // A process that was killed just after the end of a trial leaves entries behind.
    await storage.write('trial-0-weights', Uint8Array.of(1));
    await (await study.ask()).saveBytes('weights', Uint8Array.of(2));
    await createStudy({ space: line, storage });
    expect(await storage.entries()).toEqual(['trial-1-weights']);
  });
});

describe('another study', () => {
  test.each([
    ['seed', { seed: 9 }],
    ['name', { name: 'other' }],
    ['directions', { direction: 'maximize' }],
    ['sampler', { sampler: randomSampler() }],
    ['pruner', { pruner: undefined as never }],
    ['space', { space: line as never }],
  ] as const)('of another %s is not resumed', async (part, change) => {
    const storage = memoryStorage();
    await createStudy(searchOptions({ storage }));
    await expect(createStudy(searchOptions({ storage, ...change }))).rejects.toThrow(
      new RegExp(`cannot resume the study of memory: its ${part} is .*; make them equal`),
    );
    await createStudy(searchOptions({ storage }));
  });
});

test.each([
  [{ space: {} }, /space must be made by space/],
  [{ direction: 'down' }, /direction must be one of/],
  [{ direction: [] }, /direction must be/],
  [{ seed: -1 }, /seed must/],
  [{ name: '' }, /name must/],
  [{ direction: ['minimize', 'minimize'] }, /pruner must be left out with several objectives/],
  [{ sampler: gridSampler() }, /\[grid\] 'x' can be any number/],
])('%o is refused', async (change, message) => {
  await expect(createStudy(searchOptions(change as never))).rejects.toThrow(message);
});
