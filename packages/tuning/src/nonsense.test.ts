import type { NonsenseEntry } from '@espalier/testkit';
import { nonsenseTaken, toyClasses } from '@espalier/testkit';
import { expect, test } from 'vitest';
import * as exported from './index.js';

const { createStudy, float, int, space } = exported;

const one = space({ x: float(0, 1) });
const data = toyClasses();
const folds = [0, 1].map(() => ({ train: data, validation: data }));
const run = () => Promise.resolve({ metrics: { loss: 1 } });

/** A function with what it works on given, so that only its options are tried. */
const of =
  (make: (...all: never[]) => unknown, ...first: readonly unknown[]): NonsenseEntry['make'] =>
  (options: never) =>
    make(...([...first, options] as never[]));

const study = await createStudy({ space: one });
const trial = await study.ask();
const searched = await createStudy({ space: one, sampler: exported.randomSampler() });
await searched.optimize(({ parameters }) => parameters.x, { trials: 4 });

const factories: Readonly<Record<string, NonsenseEntry>> = {
  cmaEsSampler: { make: exported.cmaEsSampler },
  createStudy: { make: createStudy, good: { space: one }, accepts: { name: ["'x'"] } },
  crossValidate: { make: exported.crossValidate, good: { folds, run }, accepts: { monitor: ["'x'"] } },
  float: { make: of(float, 1, 2) },
  foldPruner: { make: exported.foldPruner },
  gpSampler: { make: exported.gpSampler },
  gridSampler: { make: exported.gridSampler, accepts: { points: ['{}'] } },
  hyperbandPruner: { make: exported.hyperbandPruner },
  int: { make: of(int, 1, 2) },
  medianPruner: { make: exported.medianPruner },
  nsgaIISampler: { make: exported.nsgaIISampler },
  optimize: {
    make: async (options) => (await createStudy({ space: one })).optimize(() => 1, options),
    good: { trials: 1 },
    accepts: {
      seconds: ['Infinity'],
      failures: ['Infinity'],
      stagnation: ['Infinity'],
      onTrialEnd: ['a function'],
    },
  },
  overSeeds: {
    make: exported.overSeeds,
    good: { seeds: [1, 2], train: data, validation: data, run },
    accepts: { monitor: ["'x'"] },
  },
  parameterImportances: { make: of(exported.parameterImportances, searched) },
  patientPruner: { make: exported.patientPruner, good: { patience: 1 } },
  percentilePruner: { make: exported.percentilePruner, good: { percentile: 50 } },
  quasiRandomSampler: { make: exported.quasiRandomSampler },
  regretTerminator: { make: exported.regretTerminator },
  successiveHalvingPruner: { make: exported.successiveHalvingPruner },
  thresholdPruner: {
    make: exported.thresholdPruner,
    good: { upper: 1 },
    accepts: { lower: ['-1'], upper: ['-1'] },
  },
  tpeSampler: { make: exported.tpeSampler, accepts: { gamma: ['a function'], weights: ['a function'] } },
  trialPruning: { make: of(exported.trialPruning, trial), accepts: { monitor: ["'x'"] } },
  sqliteStorage: {
    make: of(exported.sqliteStorage, 'study.db'),
    accepts: { study: ["'x'"], driver: ['a function'] },
  },
};

/** They take values, not options. */
const OTHER = ['choice', 'journalStorage', 'memoryStorage', 'randomSampler', 'space', 'when'];

test('every export is tried, or is said not to be', () => {
  const tried = Object.keys(factories).filter((name) => name !== 'optimize');
  expect(Object.keys(exported).sort()).toEqual([...tried, ...OTHER].sort());
});

test.each(Object.entries(factories))('%s refuses nonsense for every option by its name', async (_, entry) => {
  expect(await nonsenseTaken(entry)).toEqual([]);
});
