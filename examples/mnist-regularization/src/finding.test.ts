import { expect, test } from 'vitest';
import { finding } from './finding.js';
import { isWhole } from './run-all.js';
import type { StudyResult } from './study.js';

const results = (accuracies: Readonly<Record<string, readonly number[]>>): StudyResult[] =>
  Object.entries(accuracies).flatMap(([name, values]) =>
    values.map(
      (testAccuracy, i) =>
        ({ variant: { name }, record: { seed: i + 1 }, testAccuracy }) as unknown as StudyResult,
    ),
  );

test('the best way is named, with its gain and what it may be by chance', () => {
  // Gains of dropout 0.9, 1, 1.1 points: s = 0.1; of two ways t = 6.2053, so 6.2053 * 0.1 / sqrt(3) = 0.36.
  const baseline = [0.97, 0.971, 0.972];
  expect(finding(results({ baseline, L1: [0.9, 0.9, 0.9], dropout: [0.979, 0.981, 0.983] }))).toBe(
    'Of 2 ways dropout raises test accuracy most: +1.00 ± 0.36 points against the baseline (3 seeds, 95 % confidence for all ways at once).',
  );
  expect(finding(results({ baseline, L1: [0.9, 0.9, 0.9], dropout: [0.969, 0.971, 0.974] }))).toBe(
    'None of 2 ways raises test accuracy by more than chance explains: the best, dropout, has +0.03 ± 0.55 points against the baseline (3 seeds, 95 % confidence for all ways at once).',
  );
});

test('seeds that were broken off are not counted', () => {
  const baseline = [0.97, 0.971];
  expect(finding(results({ baseline, dropout: [0.979, 0.981, 0.983] }))).toContain(
    '(2 seeds, 95 % confidence)',
  );
  expect(finding(results({ L1: [0.97], dropout: [0.979] }))).toBeUndefined();
});

test('a run that Ctrl-C broke off is no result', () => {
  expect(isWhole({ record: { stopReason: 'interrupted' } as never })).toBe(false);
  expect(isWhole({ record: { stopReason: 'val_loss no longer improves' } as never })).toBe(true);
});

test('one seed tells nothing, and one way is no comparison', () => {
  expect(finding(results({ baseline: [0.97], L1: [0.975] }))).toContain('one seed cannot tell');
  expect(finding(results({ baseline: [0.97] }))).toBeUndefined();
});
