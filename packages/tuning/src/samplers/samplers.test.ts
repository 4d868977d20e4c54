import { describe, expect, test } from 'vitest';
import { choice, float, int } from '../space/distributions.js';
import { space, when } from '../space/space.js';
import type { Parameters } from '../space/space-types.js';
import { cmaEsSampler } from './cma-es-sampler.js';
import { gpSampler } from './gp/gp-sampler.js';
import { gridSampler } from './grid-sampler.js';
import { nsgaIISampler } from './nsga-ii/nsga-ii-sampler.js';
import { quasiRandomSampler } from './quasi-random-sampler.js';
import { randomSampler } from './random-sampler.js';
import { finishedTrial, request } from './request.fixture.js';
import type { Sampler } from './sampler.js';
import { tpeSampler } from './tpe/tpe-sampler.js';

const search = space({
  optimizer: choice(['sgd', 'adam']),
  rate: float(1e-4, 1e-2, { log: true }),
  drop: float(0, 0.5, { step: 0.1 }),
  momentum: when({ optimizer: 'sgd' }, float(0, 1)),
  beta: when({ optimizer: 'adam' }, choice([0.9, 0.99])),
  units: int(16, 64, { step: 16 }),
  width: int(1, 100, { log: true }),
  constant: int(3, 3),
});

/** A study without any outside: each suggestion is scored and given to the next. */
function simulate(
  sampler: Sampler,
  trials: number,
  cost: (p: Parameters) => number,
  seed = 1,
  over = search as never,
) {
  const finished: ReturnType<typeof finishedTrial>[] = [];
  for (let i = 0; i < trials; i++) {
    const parameters = sampler.suggest(request(over, finished, { seed }));
    finished.push(finishedTrial(i, parameters, cost(parameters)));
  }
  return finished;
}
const cost = (p: Parameters) =>
  Math.abs(Math.log((p['rate'] as number) / 1e-3)) + (p['optimizer'] === 'sgd' ? 1 : 0);

const samplers: Record<string, () => Sampler> = {
  random: () => randomSampler(),
  'quasi-random': () => quasiRandomSampler(),
  halton: () => quasiRandomSampler({ sequence: 'halton' }),
  tpe: () => tpeSampler({ startupTrials: 5 }),
  'tpe one by one': () => tpeSampler({ startupTrials: 5, multivariate: false }),
  'tpe without groups': () => tpeSampler({ startupTrials: 5, group: false }),
  'cma-es': () => cmaEsSampler(),
  gp: () => gpSampler({ startupTrials: 5, candidates: 16 }),
  'nsga-ii': () => nsgaIISampler({ population: 6 }),
  grid: () => gridSampler({ points: { rate: 3, momentum: 2, width: 4 } }),
};

describe.each(Object.entries(samplers))('%s', (_, make) => {
  test('every suggestion is in the space', () => {
    for (const { parameters } of simulate(make(), 60, cost)) {
      expect(search.check(parameters)).toEqual(parameters);
    }
  });

  test('is a function of seed, number and finished trials', () => {
    const finished = simulate(make(), 24, cost);
    expect(make().suggest(request(search, finished))).toEqual(make().suggest(request(search, finished)));
  });
});

test.each(['random', 'quasi-random', 'halton', 'tpe', 'cma-es', 'gp'])(
  'another seed is another search: %s',
  (name) => {
    const numbers = (seed: number) =>
      simulate(samplers[name]!(), 20, cost, seed).map(({ parameters }) => parameters['rate']);
    expect(numbers(1)).not.toEqual(numbers(2));
    expect(new Set(numbers(1)).size).toBe(20);
  },
);

test('random draws are uniform: in the interval, in its logarithm, over steps and choices', () => {
  const trials = simulate(randomSampler(), 4000, () => 0).map(({ parameters }) => parameters);
  const share = (test: (p: Parameters) => boolean) => trials.filter(test).length / trials.length;
  // Four standard deviations of a share of 4000 draws are 0.03.
  expect(Math.abs(share((p) => p['optimizer'] === 'sgd') - 1 / 2)).toBeLessThan(0.03);
  expect(Math.abs(share((p) => (p['rate'] as number) < 1e-3) - 1 / 2)).toBeLessThan(0.03);
  expect(Math.abs(share((p) => p['units'] === 16) - 1 / 4)).toBeLessThan(0.03);
  expect(Math.abs(share((p) => p['drop'] === 0.5) - 1 / 6)).toBeLessThan(0.03);
  expect(Math.abs(share((p) => p['width'] === 1) - Math.log(3) / Math.log(201))).toBeLessThan(0.03);
  expect(share((p) => p['momentum'] !== undefined)).toBe(share((p) => p['optimizer'] === 'sgd'));
});

test('what is drawn for one parameter does not depend on the others', () => {
  const alone = space({ rate: float(1e-4, 1e-2, { log: true }) });
  expect(randomSampler().suggest(request(alone))['rate']).toBe(
    randomSampler().suggest(request(search))['rate'],
  );
});

test('the grid has every combination once, with conditional parameters only where they are', () => {
  const small = space({
    optimizer: choice(['sgd', 'adam']),
    momentum: when({ optimizer: 'sgd' }, float(0, 1)),
    rate: float(1e-4, 1e-2, { log: true }),
    units: int(1, 5, { step: 2 }),
  });
  const sampler = gridSampler({ points: { momentum: 2, rate: 3 } });
  const size = sampler.size!(small);
  expect(size).toBe((2 + 1) * 3 * 3);
  const all = Array.from({ length: size }, (_, index) => sampler.suggest(request(small, [], { index })));
  expect(new Set(all.map((values) => JSON.stringify(values))).size).toBe(size);
  expect(all[0]).toEqual({ optimizer: 'sgd', momentum: 0, rate: 1e-4, units: 1 });
  expect(all[4]!['rate']).toBeCloseTo(1e-3, 15);
  expect(all.at(-1)).toEqual({ optimizer: 'adam', rate: 1e-2, units: 5 });
  expect(all.map((values) => small.check(values))).toEqual(all);
});

test('quasi-random trials have one value in each of 2^m parts', () => {
  const trials = simulate(quasiRandomSampler(), 32, () => 0);
  const position = (p: Parameters) => Math.log((p['rate'] as number) / 1e-4) / Math.log(100);
  expect(new Set(trials.map(({ parameters }) => Math.floor(32 * position(parameters)))).size).toBe(32);
  expect(trials.filter(({ parameters }) => parameters['optimizer'] === 'sgd').length).toBe(16);
  const plain = quasiRandomSampler({ scramble: false });
  expect(plain.suggest(request(search, [], { seed: 1 }))).toEqual(
    plain.suggest(request(search, [], { seed: 2 })),
  );
});

const two = space({ x: float(-5, 5), y: float(-5, 5) });
const valley = (p: Parameters) => ((p['x'] as number) - 2) ** 2 + 3 * ((p['y'] as number) + 1) ** 2;
const bestOf = (sampler: Sampler, trials: number, seed: number) =>
  Math.min(...simulate(sampler, trials, valley, seed, two as never).map(({ values }) => values![0]!));
const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

test.each([
  ['tpe', () => tpeSampler(), 0.1],
  ['cma-es', () => cmaEsSampler(), 0.01],
] as const)('%s finds the bottom of a bowl, random draws do not', (_, make, close) => {
  const seeds = [1, 2, 3, 4, 5];
  expect(median(seeds.map((seed) => bestOf(make(), 100, seed)))).toBeLessThan(close);
  expect(median(seeds.map((seed) => bestOf(randomSampler(), 100, seed)))).toBeGreaterThan(0.1);
});

test('a gaussian process needs few trials for the bottom of a bowl', () => {
  for (const seed of [1, 2]) expect(bestOf(gpSampler({ candidates: 64 }), 20, seed)).toBeLessThan(0.01);
});

test('a gaussian process keeps away from trials that still run', () => {
  const finished = simulate(randomSampler(), 12, valley, 1, two as never);
  const sampler = gpSampler({ candidates: 64 });
  const first = sampler.suggest(request(two, finished));
  const apart = (pending: { number: number; parameters: Parameters }[]) => {
    const { x, y } = sampler.suggest(request(two, finished, { pending, number: 13 })) as Record<
      string,
      number
    >;
    return Math.hypot(x! - (first['x'] as number), y! - (first['y'] as number));
  };
  expect(apart([])).toBeLessThan(0.05);
  expect(apart([{ number: 12, parameters: first }])).toBeGreaterThan(0.1);
});

test('a gaussian process takes what is infinite, infeasible or all alike, and no point of a small grid twice', () => {
  const grid = space({ a: int(0, 3), b: choice(['x', 'y', 'z']) });
  const finished: ReturnType<typeof finishedTrial>[] = [];
  for (let i = 0; i < 12; i++) {
    const parameters = gpSampler({ startupTrials: 1, candidates: 32 }).suggest(request(grid, finished));
    const value = i < 3 ? Infinity : i < 6 ? 1 : (parameters['a'] as number);
    finished.push(finishedTrial(i, parameters, value, { constraints: [i === 7 ? 1 : 0] }));
  }
  expect(new Set(finished.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(12);
});

test('tpe draws at random until enough trials are complete or pruned', () => {
  const finished = simulate(randomSampler(), 10, cost);
  const random = randomSampler().suggest(request(search, finished));
  expect(tpeSampler({ startupTrials: 11 }).suggest(request(search, finished))).toEqual(random);
  expect(tpeSampler({ startupTrials: 10 }).suggest(request(search, finished))).not.toEqual(random);
  const failed = finished.map((trial) => ({ ...trial, state: 'failed' as const }));
  expect(tpeSampler({ startupTrials: 10 }).suggest(request(search, failed))).toEqual(random);
});

test('tpe keeps away from trials that still run', () => {
  const narrow = space({ x: float(0, 1) });
  const finished = simulate(randomSampler(), 20, (p) => ((p['x'] as number) - 0.5) ** 2, 1, narrow as never);
  const pending = Array.from({ length: 30 }, (_, i) => ({ number: 20 + i, parameters: { x: 0.5 } }));
  const away = (constantLiar: boolean) => {
    const suggestions = Array.from({ length: 20 }, (_, i) =>
      tpeSampler({ constantLiar }).suggest(request(narrow, finished, { pending, number: 50 + i })),
    );
    return suggestions.reduce((sum, { x }) => sum + Math.abs((x as number) - 0.5), 0) / 20;
  };
  expect(away(true)).toBeGreaterThan(1.5 * away(false));
});

test('cma-es is the same however many draws a generation was ahead', () => {
  const finished = simulate(cmaEsSampler(), 12, valley, 1, two as never);
  // The second generation (trials 6 to 11) counts only once its last trial may be looked at.
  const early = cmaEsSampler().suggest(request(two, finished.slice(0, 11), { number: 13 }));
  const same = cmaEsSampler().suggest(request(two, finished.slice(0, 6), { number: 13 }));
  const late = cmaEsSampler().suggest(request(two, finished, { number: 13 }));
  expect(early).toEqual(same);
  expect(late).not.toEqual(early);
});

test.each([
  [() => tpeSampler({ startupTrials: -1 }), /\[tpe\] startupTrials must/],
  [() => tpeSampler({ candidates: 0 }), /\[tpe\] candidates must/],
  [() => tpeSampler({ priorWeight: 0 }), /\[tpe\] priorWeight must/],
  [() => tpeSampler({ multivariate: 1 as never }), /\[tpe\] multivariate must/],
  [() => tpeSampler({ gamma: 3 as never }), /\[tpe\] gamma must/],
  [() => tpeSampler({ startup: 3 } as never), /\[tpe\] there is no option 'startup'/],
  [() => gpSampler({ startupTrials: 0 }), /\[gp\] startupTrials must/],
  [() => gpSampler({ candidates: 0 }), /\[gp\] candidates must/],
  [
    () => gpSampler().suggest(request(two, [], { directions: ['minimize', 'minimize'] })),
    /\[gp\] direction must be one/,
  ],
  [() => cmaEsSampler({ population: 1 }), /\[cma-es\] population must/],
  [() => cmaEsSampler({ sigma: 0 }), /\[cma-es\] sigma must/],
  [() => nsgaIISampler({ population: 1 }), /\[nsga-ii\] population must/],
  [() => nsgaIISampler({ mutationProbability: 2 }), /\[nsga-ii\] mutationProbability must/],
  [() => quasiRandomSampler({ sequence: 'sobel' as never }), /\[quasi-random\] sequence must/],
  [() => quasiRandomSampler({ scramble: 1 as never }), /\[quasi-random\] scramble must/],
  [() => gridSampler({ points: { rate: 0 } }), /\[grid\] points must be whole numbers >= 1 by parameter/],
  [
    () => gridSampler().size!(search),
    /\[grid\] 'rate' can be any number from 0.0001 to 0.01; give points.rate/,
  ],
  [
    () => gridSampler({ points: { lr: 3 } }).size!(search),
    /\[grid\] points names 'lr', which is not in the space/,
  ],
  [
    () => cmaEsSampler().suggest(request(two, [], { directions: ['minimize', 'minimize'] })),
    /\[cma-es\] it has one objective/,
  ],
  [
    () =>
      tpeSampler({ weights: () => [1] }).suggest(
        request(two, simulate(randomSampler(), 12, valley, 1, two as never)),
      ),
    /\[tpe\] weights\(\d+\) must be a list of/,
  ],
])('%s is refused', (make, message) => {
  expect(make).toThrow(message);
});
