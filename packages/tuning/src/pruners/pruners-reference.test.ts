import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { signedRankTest } from '../math/signed-rank-test.js';
import { finishedTrial } from '../samplers/request.fixture.js';
import type { Direction, Report, TrialRecord } from '../trial/trial-record.js';
import { foldPruner } from './fold-pruner.js';
import { hyperbandPruner } from './hyperband-pruner.js';
import { patientPruner } from './patient-pruner.js';
import { medianPruner, percentilePruner } from './percentile-pruner.js';
import type { Pruner } from './pruner.js';
import { successiveHalvingPruner } from './successive-halving-pruner.js';
import { thresholdPruner } from './threshold-pruner.js';

interface Case {
  readonly pruner: string;
  readonly options: Record<string, never>;
  readonly direction: Direction;
  readonly histories: readonly (readonly [step: number, value: number | null][])[];
  readonly decisions: readonly boolean[][];
}
const { study, cases, signedRank } = JSON.parse(
  readFileSync(new URL('../../../../testing/references/tuning/optuna_pruners.json', import.meta.url), 'utf8'),
) as { study: string; cases: Case[]; signedRank: { differences: number[]; p: number }[] };

const make: Record<string, (options: Record<string, never>) => Pruner> = {
  median: medianPruner,
  percentile: (options) => percentilePruner(options as never),
  patient: (options) =>
    patientPruner({
      ...(options as { patience: never }),
      ...('pruner' in options && { pruner: medianPruner() }),
    }),
  'successive-halving': successiveHalvingPruner,
  hyperband: hyperbandPruner,
  threshold: thresholdPruner,
  fold: foldPruner,
};

test.each(cases)(
  '$pruner $options decides as Optuna, to $direction',
  ({ pruner, options, direction, histories, decisions }) => {
    const finished: TrialRecord[] = [];
    histories.forEach((history, number) => {
      const reports: Report[] = [];
      const own: boolean[] = [];
      for (const [step, value] of history.slice(0, decisions[number]!.length)) {
        reports.push({ ...(pruner === 'fold' ? { fold: step } : { step }), value: value ?? NaN });
        own.push(make[pruner]!(options).prune({ study, trial: { number, reports }, finished, direction }));
      }
      expect([number, own]).toEqual([number, decisions[number]]);
      const state = own.at(-1) ? 'pruned' : 'complete';
      finished.push(finishedTrial(number, {}, history.at(-1)?.[1] ?? 0, { state, reports }));
    });
  },
);

test('the signed-rank test is that of SciPy, with ties and zeros, exact and not', () => {
  for (const { differences, p } of signedRank) {
    expect(Math.abs(signedRankTest(differences) - p), JSON.stringify(differences)).toBeLessThan(1e-9);
  }
});
