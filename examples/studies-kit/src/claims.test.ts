import { describe, expect, test } from 'vitest';
import { claimOf, greater, signOf } from './claims.js';
import { percentOf } from './result-table.js';
import { runsWith, runWith } from './run.fixture.js';

const accuracy = (run: { test: Record<string, unknown> }) => percentOf(run.test as never);
const compare = (first: number[], second: number[]) =>
  greater(['a', runsWith(...first)], ['b', runsWith(...second)], accuracy);
const verdictOf = (...differences: number[][]) =>
  claimOf(
    'c',
    differences.map((each) => ({ text: 't', differences: each, by: 0 })),
  ).verdict;

describe('conclusions', () => {
  test('runs of one seed are compared with each other', () => {
    // Differences 1, 1.1, 0.9: certain, though the rows overlap. scipy: t = 4.302653, 4.302653 * 0.1 / sqrt(3) = 0.2484.
    const sure = compare([0.81, 0.911, 0.709], [0.8, 0.9, 0.7]);
    expect(sure.text).toBe('a against b: +1.00 ± 0.25 points, 3 seeds');
    expect(signOf(sure)).toBe(1);
    expect(signOf(compare([0.8, 0.9, 0.7], [0.81, 0.911, 0.709]))).toBe(-1);
    expect(signOf(compare([0.8, 0.9, 0.7], [0.81, 0.89, 0.7]))).toBe(0);
  });

  test('one seed decides nothing, nor does a run that diverged', () => {
    const one = compare([0.9], [0.5]);
    expect([one.text, signOf(one)]).toEqual(['a against b: +40.00 points, 1 seed', 0]);
    const diverged = compare([0.9, NaN, 0.9], [0.5, 0.5, 0.5]);
    expect([diverged.text, signOf(diverged)]).toEqual(['a against b: not a number in 1 of 3 seeds', 0]);
  });

  test('seeds that one side lacks are left out', () => {
    const [five, two] = [runsWith(0.5, 0.6, 0.7, 0.8, 0.9), [runWith(0.55, 2), runWith(0.65, 3)]];
    expect(greater(['a', five], ['b', two], accuracy).text).toBe('a against b: +5.00 ± 0.00 points, 2 seeds');
    expect(greater(['a', five.slice(0, 1)], ['b', two], accuracy)).toMatchObject({
      text: 'a against b: not run with the same seed',
      differences: [],
    });
  });

  test('a claim holds where all comparisons do, and not at all where there are none', () => {
    const [yes, no, open] = [
      [1, 1.1, 0.9],
      [-1, -1.1, -0.9],
      [1, -1, 0],
    ] as const;
    expect(verdictOf([...yes], [...yes])).toBe('holds');
    expect(verdictOf([...yes], [...open])).toBe('not decided by these runs');
    expect(verdictOf([...yes], [...open], [...no])).toBe('does not hold');
    expect(verdictOf()).toBe('not decided by these runs');
    expect(verdictOf([1])).toBe('not decided by these runs');
  });

  test('of many comparisons one comes out less by chance sooner than a single one does', () => {
    // scipy: -1 ± 0.62 with t for 2 degrees of freedom, ± 1.57 with t for 0.05 / 6.
    const less = [-1, -1.25, -0.75];
    expect(verdictOf(less)).toBe('does not hold');
    expect(verdictOf(less, ...Array<number[]>(5).fill([1, -1, 0]))).toBe('not decided by these runs');
  });
});
