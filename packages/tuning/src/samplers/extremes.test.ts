import { describe, expect, test } from 'vitest';
import { choice, float, int } from '../space/distributions.js';
import { space } from '../space/space.js';
import type { Objective } from '../study/optimize.js';
import type { Study } from '../study/study.js';
import type { Space } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import { createStudy } from '../study/create-study.js';
import { violation } from '../trial/trial-record.js';
import { cmaEsSampler } from './cma-es-sampler.js';
import { gpSampler } from './gp/gp-sampler.js';
import { gridSampler } from './grid-sampler.js';
import { nsgaIISampler } from './nsga-ii/nsga-ii-sampler.js';
import { quasiRandomSampler } from './quasi-random-sampler.js';
import { randomSampler } from './random-sampler.js';
import type { Sampler } from './sampler.js';
import { tpeSampler } from './tpe/tpe-sampler.js';

const samplers: Readonly<Record<string, () => Sampler>> = {
  random: () => randomSampler(),
  sobol: () => quasiRandomSampler(),
  halton: () => quasiRandomSampler({ sequence: 'halton' }),
  tpe: () => tpeSampler({ startupTrials: 3 }),
  'tpe one by one': () => tpeSampler({ startupTrials: 3, multivariate: false }),
  'cma-es': () => cmaEsSampler({ population: 4 }),
  gp: () => gpSampler({ startupTrials: 3, candidates: 16 }),
  'nsga-ii': () => nsgaIISampler({ population: 4 }),
  grid: () => gridSampler({ points: { x: 40 } }),
};
const line = space({ x: float(0, 1) });
const trials = 12;

async function search(
  sampler: Sampler,
  over: Space<unknown>,
  objective: Objective<Parameters>,
): Promise<Study<Parameters>> {
  const study = await createStudy({ space: over as Space<Parameters>, sampler, seed: 2, clock: () => 0 });
  await study.optimize(objective, { trials, parallel: 2, stopOnInterrupt: false }).catch((error: unknown) => {
    // A study of failures alone says so; its trials are there.
    if (!/trials failed/.test(String(error))) throw error;
  });
  return study;
}

describe.each(Object.entries(samplers))('%s', (name, make) => {
  test.each<[string, Objective<Parameters>, string]>([
    ['every trial fails', () => Promise.reject(new Error('no')), 'failed'],
    ['every value is NaN', () => NaN, 'failed'],
    ['every trial is pruned without a report', () => 'pruned', 'pruned'],
    ['every trial is pruned with NaN', (t) => t.report(NaN, { step: 0 }).then(() => 'pruned'), 'pruned'],
    ['every value is infinite', () => Infinity, 'complete'],
    ['every value is -infinite', () => -Infinity, 'complete'],
    [
      'every value is the largest number',
      ({ number }) => (number % 2 ? 1 : -1) * Number.MAX_VALUE,
      'complete',
    ],
    ['every value is the same', () => 3, 'complete'],
    ['every trial is infeasible', (t) => (t.constrain([Infinity]), t.number), 'complete'],
  ])('%s', async (_, objective, state) => {
    const study = await search(make(), line, objective);
    expect(study.trials.map((trial) => trial.state)).toEqual(Array(trials).fill(state));
    for (const { parameters } of study.trials) expect(line.check(parameters)).toEqual(parameters);
    expect(study.best === undefined).toBe(state !== 'complete' || violation(study.trials[0]!) > 0);
  });

  test.each([
    ['a choice of one', space({ c: choice(['only']), x: int(4, 4) }), { c: 'only', x: 4 }],
    [
      'nothing to choose',
      space({ c: choice([null]), n: int(3, 3), x: float(2, 2) }),
      { c: null, n: 3, x: 2 },
    ],
  ])('a space with %s', async (_, over, only) => {
    const study = await search(make(), over, () => 1);
    // The one point of a grid is tried once.
    expect(study.trials).toHaveLength(name === 'grid' ? 1 : trials);
    for (const { parameters } of study.trials) expect(parameters).toEqual(only);
  });
});

test.each(['tpe', 'tpe one by one', 'cma-es', 'gp', 'nsga-ii'])(
  '%s keeps to what is feasible',
  async (name) => {
    // The lowest values are forbidden: without constraints a search ends there.
    const plane = space({ x: float(0, 1), y: float(0, 1) });
    const shares = await Promise.all(
      [true, false].map(async (constrained) => {
        const study = await createStudy({ space: plane, sampler: samplers[name]!(), seed: 1 });
        await study.optimize(
          (trial) => {
            const { x, y } = trial.parameters;
            if (constrained) trial.constrain([0.6 - x, -1]);
            return x + (y - 0.5) ** 2;
          },
          { trials: 60, stopOnInterrupt: false },
        );
        const late = study.trials.slice(30);
        if (constrained) {
          expect(study.best!.parameters.x).toBeGreaterThanOrEqual(0.6);
          expect(study.best!.parameters.x).toBeLessThan(0.75);
        }
        return late.filter(({ parameters }) => parameters.x >= 0.6).length / late.length;
      }),
    );
    expect(shares[0]!).toBeGreaterThan(0.5);
    expect(shares[1]!).toBeLessThan(0.25);
  },
);
