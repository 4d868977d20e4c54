import { describe, expect, test } from 'vitest';
import { cellsOf, percentOf, publishedFigure, tableTexts } from './result-table.js';
import { notReached } from './results-page.js';
import { runsWith } from './run.fixture.js';

const column = {
  label: 'test %',
  of: (run: { test: Record<string, unknown> }) => percentOf(run.test as never),
};

describe('published figures beside measured ones', () => {
  test('text is a figure with its rounding', () => {
    expect(publishedFigure('~92')).toEqual({ value: 92, rounding: 1 });
    expect(publishedFigure(88.02)).toEqual({ value: 88.02, rounding: 0.005 });
    expect(publishedFigure('none')).toBeUndefined();
    expect(publishedFigure(null)).toBeUndefined();
  });

  test.each([
    // 88 % to 90 %: s = 1, n = 3, so a further run lies within 4.303 * 1 * sqrt(4 / 3) = 4.97 of 89.
    [93.9, 'within the spread'],
    [94.1, 'outside the spread'],
    [83.9, 'outside the spread'],
  ])('%d is %s', (published, verdict) => {
    const row = { name: 'row', runs: runsWith(0.88, 0.89, 0.9), published: [published] };
    const [cell] = cellsOf(row, [column]);
    expect(cell).toMatchObject({ verdict, published });
    expect(cell!.gap).toBeCloseTo(89 - published, 10);
    const missed = notReached({ tables: [{ title: 'table', columns: [column], rows: [row] }] });
    expect(missed).toHaveLength(verdict === 'outside the spread' ? 1 : 0);
  });

  test('a row may have figures of its own', () => {
    const row = { name: 'row', runs: runsWith(0.5), figures: [(run: { seed: number }) => run.seed] };
    expect(cellsOf(row, [column])[0]!.mean).toBe(1);
  });

  test('one run decides nothing', () => {
    expect(cellsOf({ name: 'row', runs: runsWith(0.5), published: [99] }, [column])[0]!.verdict).toBe(
      'one run',
    );
  });

  test('a table shows both, marks what is apart, and says what was not run', () => {
    const table = {
      title: 'table',
      columns: [column, { label: 'own', of: () => 1, digits: 0 }],
      rows: [
        { name: 'far', runs: runsWith(0.8, 0.81, 0.79), published: [99, null] },
        { name: 'missing', runs: [], published: [99, null] },
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
