import { expect, test } from 'vitest';
import { tableText } from './table-text.js';

const table = {
  columns: ['run', { label: 'loss', digits: 2, unit: ' %' }, 'a|b'],
  rows: [
    ['one, "first"', 1 / 3, null],
    ['two\nlines', -12, 7],
  ],
};

test('for a terminal columns are lined up, numbers to the right', () => {
  const text = { columns: ['run', { label: 'loss', digits: 2 }], rows: [['a', 0.5], ['longer', 12.25]] }; // prettier-ignore
  expect(tableText(text)).toBe('run      loss\n------  -----\na        0.50\nlonger  12.25\n');
});

test('texts that begin with a number are lined up as numbers', () => {
  const rows = [
    ['a', '9.50 ± 0.10'],
    ['b', '10.25 ± 0.10'],
  ];
  expect(tableText({ columns: ['run', '%'], rows })).toBe(
    'run             %\n---  ------------\na     9.50 ± 0.10\nb    10.25 ± 0.10\n',
  );
  expect(tableText({ columns: ['run', 'best'], rows: [['a', '9 of 10 runs']] })).toContain(
    'a    9 of 10 runs',
  );
});

test('what would move the cursor or turn the direction of a terminal is text', () => {
  const text = tableText({ columns: ['a\u001b[2J'], rows: [['b\u202ec']] });
  expect(text).toBe('a\ufffd[2J\n-----\nb\ufffdc\n');
});

test('in Markdown bars are escaped and lines stay lines', () => {
  expect(tableText(table, { format: 'markdown' })).toBe(
    [
      '| run          |     loss | a\\|b |',
      '| ------------ | -------: | ---: |',
      '| one, "first" |   0.33 % |    \u2013 |',
      '| two lines    | \u221212.00 % |    7 |',
      '',
    ].join('\n'),
  );
});

test('in CSV numbers have all their digits, and quotes are doubled', () => {
  expect(tableText(table, { format: 'csv' })).toBe(
    'run,loss,a|b\n"one, ""first""",0.3333333333333333,\n"two\nlines",-12,7\n',
  );
});

test('what is no table is refused', () => {
  expect(() => tableText({ columns: ['a'], rows: [[1, 2]] })).toThrow('table.rows[0] must have 1 cells');
  expect(() => tableText({ columns: [], rows: [] })).toThrow('table.columns must be');
});
