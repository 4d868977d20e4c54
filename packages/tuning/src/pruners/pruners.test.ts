import { expect, test } from 'vitest';
import { finishedTrial } from '../samplers/request.fixture.js';
import type { Report } from '../trial/trial-record.js';
import { foldPruner } from './fold-pruner.js';
import { hyperbandPruner } from './hyperband-pruner.js';
import { patientPruner } from './patient-pruner.js';
import { medianPruner, percentilePruner } from './percentile-pruner.js';
import { successiveHalvingPruner } from './successive-halving-pruner.js';
import { thresholdPruner } from './threshold-pruner.js';

const ask = (reports: readonly Report[], finished: readonly ReturnType<typeof finishedTrial>[]) => ({
  study: 's',
  trial: { number: 9, reports },
  finished,
  direction: 'minimize' as const,
});
const folded = (number: number, values: readonly number[]) =>
  finishedTrial(number, {}, values.reduce((a, b) => a + b) / values.length, {
    reports: values.flatMap((value, fold) => [
      { fold, step: 0, value: 10 * value },
      { fold, value },
    ]),
  });

test('epochs of a fold are compared with the same fold of others', () => {
  const finished = [0, 1, 2].map((number) => folded(number, [1, 5]));
  const pruner = medianPruner({ startupTrials: 1 });
  // 20 is bad among the first folds (10) and good among the second ones (50).
  expect(pruner.prune(ask([{ fold: 0, step: 0, value: 20 }], finished))).toBe(true);
  expect(pruner.prune(ask([{ fold: 1, step: 0, value: 20 }], finished))).toBe(false);
  const rungs = successiveHalvingPruner({ minResource: 1, reductionFactor: 2 });
  const at = (fold: number) => [{ fold, step: 1, value: 20 }];
  const reported = finished.map((trial) => ({
    ...trial,
    reports: trial.reports.map((report) => ('step' in report ? { ...report, step: 1 } : report)),
  }));
  expect(rungs.prune(ask(at(0), reported))).toBe(true);
  expect(rungs.prune(ask(at(1), reported))).toBe(false);
});

test('the fold pruner looks at whole folds, and at the best trial only', () => {
  const best = folded(0, [1, 1, 1, 1, 1]);
  const bad = folded(1, [9, 9, 9, 9, 9]);
  const results = (count: number, value: number): Report[] =>
    Array.from({ length: count }, (_, fold) => ({ fold, value: value + fold / 10 }));
  const pruner = foldPruner({ pThreshold: 0.1 });
  expect(pruner.prune(ask(results(3, 2), [best, bad]))).toBe(false);
  expect(pruner.prune(ask(results(4, 2), [best, bad]))).toBe(true);
  expect(pruner.prune(ask(results(4, 2), [bad]))).toBe(false);
  expect(pruner.prune(ask([...results(4, 2), { fold: 4, step: 0, value: 99 }], [best]))).toBe(false);
  expect(pruner.prune(ask([...results(4, 2), { fold: 4, value: NaN }], [best]))).toBe(false);
  expect(pruner.prune(ask(results(4, 2), [{ ...best, constraints: [1] }, bad]))).toBe(false);
  // Worse in each fold so far, and still better on average: the best trial has one very bad fold.
  expect(pruner.prune(ask(results(4, 2), [folded(0, [1, 1, 1, 1, 50])]))).toBe(false);
  expect(foldPruner({ pThreshold: 0.2 }).prune(ask(results(3, 2), [best]))).toBe(true);
});

test('no reports, no complete trials: nothing is pruned', () => {
  for (const pruner of [
    medianPruner({ startupTrials: 0 }),
    successiveHalvingPruner(),
    hyperbandPruner(),
    patientPruner({ patience: 0 }),
    thresholdPruner({ lower: 0 }),
    foldPruner(),
  ]) {
    expect(pruner.prune(ask([], []))).toBe(false);
    expect(pruner.prune(ask([{ step: 0, value: 1 }], []))).toBe(false);
  }
});

test.each([
  [() => percentilePruner({ percentile: 101 }), /\[percentile-pruner\] percentile must/],
  [() => medianPruner({ startupTrials: -1 }), /\[median-pruner\] startupTrials must/],
  [() => medianPruner({ minTrials: 0 }), /\[median-pruner\] minTrials must/],
  [() => medianPruner({ intervalSteps: 0 }), /\[median-pruner\] intervalSteps must/],
  [() => thresholdPruner({}), /\[threshold-pruner\] lower or upper must be given/],
  [() => thresholdPruner({ lower: 2, upper: 1 }), /\[threshold-pruner\] upper must be a number >= 2/],
  [() => patientPruner({ patience: -1 }), /\[patient-pruner\] patience must/],
  [() => patientPruner({ patience: 1, minDelta: -1 }), /\[patient-pruner\] minDelta must/],
  [() => successiveHalvingPruner({ reductionFactor: 1 }), /reductionFactor must/],
  [() => successiveHalvingPruner({ minResource: 0 }), /minResource must/],
  [() => successiveHalvingPruner({ bootstrapCount: 1 }), /minResource must be given/],
  [() => hyperbandPruner({ bootstrapCount: 1 }), /maxResource must be given/],
  [() => hyperbandPruner({ minResource: 5, maxResource: 4 }), /maxResource must be .* >= 5/],
  [() => foldPruner({ pThreshold: 2 }), /\[fold-pruner\] pThreshold must/],
])('%s is refused', (make, message) => {
  expect(make).toThrow(message);
});
