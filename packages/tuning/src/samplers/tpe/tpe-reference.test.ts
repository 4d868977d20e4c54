import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Distribution } from '../../space/distributions.js';
import type { Dimension } from '../../space/space.js';
import type { Parameters } from '../../space/space-types.js';
import type { Direction, TrialRecord } from '../../trial/trial-record.js';
import type { ParzenEstimator } from './parzen-estimator.js';
import { splitTrials } from './split-trials.js';
import { defaultGamma, defaultWeights } from './tpe-options.js';
import { tpeDensities } from './tpe-sampler.js';

interface Case {
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly trials: readonly {
    readonly parameters: Parameters;
    readonly state: 'complete' | 'pruned' | 'infeasible' | 'running';
    readonly values?: readonly number[];
    readonly reports: Readonly<Record<string, number>>;
    readonly constraints: readonly number[];
  }[];
  readonly below: readonly number[];
  readonly above: readonly number[];
  readonly points: readonly Parameters[];
  readonly densities: readonly {
    readonly names: readonly string[];
    readonly below: Density;
    readonly above: Density;
    readonly acquisition: readonly number[];
  }[];
}
interface Density {
  readonly weights: readonly number[];
  readonly log: readonly number[];
}
const { space, cases } = JSON.parse(
  readFileSync(new URL('../../../../../testing/references/tuning/optuna_tpe.json', import.meta.url), 'utf8'),
) as { space: Readonly<Record<string, Distribution>>; cases: readonly Case[] };

function records(trials: Case['trials']): TrialRecord[] {
  return trials.map(({ parameters, state, values, reports, constraints }, number) => ({
    number,
    state: state === 'infeasible' ? 'complete' : state,
    parameters,
    horizon: 0,
    fixed: {},
    ...(values && { values }),
    constraints,
    reports: Object.entries(reports).map(([step, value]) => ({ step: Number(step), value })),
    notes: {},
    started: 0,
  }));
}
const dimension = (name: string): Dimension => ({
  name,
  distribution: { log: false, ...space[name]! } as Distribution,
  condition: {},
});
function toPoint(names: readonly string[], parameters: Parameters): number[] {
  return names.map((name) => {
    const distribution = space[name]!;
    const value = parameters[name]!;
    return distribution.type === 'choice' ? distribution.choices.indexOf(value) : (value as number);
  });
}

test.each(cases)('the split is that of Optuna: $name', ({ trials, directions, below, above }) => {
  const finished = records(trials).filter(({ state }) => state !== 'running');
  const split = splitTrials(finished, defaultGamma(finished.length, directions.length), directions);
  const running = records(trials).filter(({ state }) => state === 'running');
  expect(split.below.map(({ number }) => number)).toEqual(below);
  expect([...split.above, ...running].map(({ number }) => number)).toEqual(above);
});

test.each(cases)('densities and acquisition are those of Optuna: $name', (each) => {
  const all = records(each.trials);
  const request = {
    directions: each.directions,
    finished: all.filter(({ state }) => state !== 'running'),
    pending: all.filter(({ state }) => state === 'running'),
  };
  for (const { names, below, above, acquisition } of each.densities) {
    const own = tpeDensities(request, names.map(dimension), {});
    const logs = (estimator: ParzenEstimator) =>
      each.points.map((point) => estimator.logDensity(toPoint(names, point)));
    compare(own.below.weights, below.weights);
    compare(own.above.weights, above.weights);
    compare(logs(own.below), below.log);
    compare(logs(own.above), above.log);
    compare(
      logs(own.below).map((log, i) => log - logs(own.above)[i]!),
      acquisition,
    );
  }
});

function compare(own: readonly number[], reference: readonly number[]): void {
  expect(own.length).toBe(reference.length);
  own.forEach((value, i) =>
    expect(Math.abs(value - reference[i]!)).toBeLessThan(1e-9 * Math.max(1, Math.abs(reference[i]!))),
  );
}

test('weights fall linearly for what is older than 25 observations', () => {
  expect(defaultWeights(0)).toEqual([]);
  expect(defaultWeights(24)).toEqual(Array(24).fill(1));
  expect(defaultWeights(28).slice(0, 4)).toEqual([1 / 28, (1 / 28 + 1) / 2, 1, 1]);
});
