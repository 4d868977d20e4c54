import { describe, expect, test } from 'vitest';
import { claimOf, greater } from './claims.js';
import { percentOf } from './result-table.js';
import { runsWith } from './run.fixture.js';

const accuracy = (run: { test: Record<string, unknown> }) => percentOf(run.test as never);
const compare = (first: number[], second: number[]) =>
  greater(['a', runsWith(...first)], ['b', runsWith(...second)], accuracy);

describe('conclusions', () => {
  test('runs of one seed are compared with each other', () => {
    // Differences 1, 1.1, 0.9: certain, though the rows overlap.
    const sure = compare([0.81, 0.911, 0.709], [0.8, 0.9, 0.7]);
    expect(sure).toMatchObject({ text: 'a against b: +1.00 ± 0.25 points', sign: 1 });
    expect(sure.difference).toBeCloseTo(1, 10);
    expect(sure.error).toBeCloseTo(0.248, 3);
    expect(compare([0.8, 0.9, 0.7], [0.81, 0.911, 0.709]).sign).toBe(-1);
    expect(compare([0.8, 0.9, 0.7], [0.81, 0.89, 0.7]).sign).toBe(0);
    expect(compare([0.9], [0.5])).toMatchObject({
      text: 'a against b: +40.00 points (one run each)',
      sign: 0,
    });
    expect(compare([], [0.5]).sign).toBe(0);
  });

  test('a claim holds where all comparisons do', () => {
    const [yes, no, open] = ([1, -1, 0] as const).map((sign) => ({
      text: 't',
      difference: sign,
      error: 0,
      sign,
    }));
    expect(claimOf('c', [yes!, yes!]).verdict).toBe('holds');
    expect(claimOf('c', [yes!, open!]).verdict).toBe('not decided by these runs');
    expect(claimOf('c', [yes!, open!, no!]).verdict).toBe('does not hold');
  });
});
