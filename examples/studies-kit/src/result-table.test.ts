import { describe, expect, test } from 'vitest';
import { cellsOf, fixed, percentOf, publishedFigures, tableTexts } from './result-table.js';
import { notReached } from './results-page.js';
import { runsWith } from './run.fixture.js';

const column = {
  label: 'test %',
  of: (run: { test: Record<string, unknown> }) => percentOf(run.test as never),
};

describe('published figures beside measured ones', () => {
  test('are read with their rounding, which a zero at the end tells of', () => {
    expect(publishedFigures('~92 88.20 - 11')).toEqual([
      { text: '~92', value: 92, rounding: 1 },
      { text: '88.20', value: 88.2, rounding: 0.005 },
      undefined,
      { text: '11', value: 11, rounding: 0.5 },
    ]);
    expect(publishedFigures()).toEqual([undefined]);
    for (const wrong of ['none', '~', '1.', '-1', '.5'])
      expect(() => publishedFigures(wrong)).toThrow('no published figure');
  });

  test.each([
    // 88 % to 90 %: s = 1, n = 3, so a further run lies within 4.303 * 1 * sqrt(4 / 3) = 4.97 of 89.
    ['93.9', 'within the spread'],
    ['94.1', 'outside the spread'],
    ['83.9', 'outside the spread'],
    // The same figure with one decimal fewer was rounded more.
    ['94.4', 'outside the spread'],
    ['94', 'within the spread'],
  ])('%s is %s', (published, verdict) => {
    const row = { name: 'row', runs: runsWith(0.88, 0.89, 0.9), published };
    const [cell] = cellsOf(row, [column]);
    expect(cell).toMatchObject({ verdict, published });
    expect(cell!.gap).toBeCloseTo(89 - Number(published), 10);
    const missed = notReached({ tables: [{ title: 'table', columns: [column], rows: [row] }] });
    expect(missed).toHaveLength(verdict === 'outside the spread' ? 1 : 0);
  });

  test('a row may have figures of its own', () => {
    const row = { name: 'row', runs: runsWith(0.5), figures: [(run: { seed: number }) => run.seed] };
    expect(cellsOf(row, [column])[0]!.mean).toBe(1);
  });

  test('one run decides nothing', () => {
    expect(cellsOf({ name: 'row', runs: runsWith(0.5), published: '99' }, [column])[0]!.verdict).toBe(
      'one run',
    );
  });

  test('a run that diverged is told of, and nothing is judged by it', () => {
    const row = { name: 'row', runs: runsWith(0.88, NaN, 0.9), published: '99' };
    expect(cellsOf(row, [column])[0]).toMatchObject({ verdict: 'not a number', diverged: 1 });
    expect(tableTexts({ title: 'table', columns: [column], rows: [row] }).rows).toEqual([
      ['row', '99', 'NaN in 1 of 3', '3', '2.0'],
    ]);
  });

  test('a zero has no sign', () => {
    expect([fixed(-0.001), fixed(-0.01), fixed(0)]).toEqual(['0.00', '-0.01', '0.00']);
  });

  test('a table shows both, marks what is apart, and says what was not run', () => {
    const table = {
      title: 'table',
      columns: [column, { label: 'own', of: () => 1, digits: 0 }],
      rows: [
        { name: 'far', runs: runsWith(0.8, 0.81, 0.79), published: '99' },
        { name: 'missing', runs: [], published: '99 -' },
      ],
    };
    expect(tableTexts(table)).toEqual({
      columns: ['run', 'test % published', 'test % measured', 'own', 'runs', 's / run'],
      rows: [
        ['far', '99', '80.00 ± 1.00 *', '1 ± 0', '3', '2.0'],
        ['missing', '99', 'not run', 'not run', '0', ''],
      ],
    });
  });
});
