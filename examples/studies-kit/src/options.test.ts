import { expect, test } from 'vitest';
import { parseOptions } from './options.js';

const defaults = { name: 'report-9', title: 'A study', seeds: 5 };

test('the command line has defaults', () => {
  expect(parseOptions([], defaults)).toEqual({
    quick: false,
    kept: false,
    seeds: [1, 2, 3, 4, 5],
    out: 'runs/report-9',
  });
  expect(parseOptions(['--quick'], defaults)).toMatchObject({ seeds: [1], out: 'runs/report-9-quick' });
});

test('it takes every option', () => {
  expect(
    parseOptions(['--seeds', '2', '--data', 'd', '--out', 'o', '--kept', '--only', '^x'], defaults),
  ).toEqual({
    quick: false,
    kept: true,
    only: /^x/,
    seeds: [1, 2],
    data: 'd',
    out: 'o',
  });
  expect(parseOptions(['--help'], defaults)).toBeUndefined();
});

test.each([
  [['--seeds', '0'], "--seeds must be a whole number from 1 to 1000, got '0'."],
  [['--seeds', ''], "got ''."],
  [['--only', '('], '--only: '],
  [['--speed'], "Unknown option '--speed'"],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args, defaults)).toThrow(message);
});
