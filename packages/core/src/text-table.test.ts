import { expect, test } from 'vitest';
import { lineUp, textTable } from './text-table.js';

test('columns are as wide as their widest cell in characters, numbers at the right', () => {
  expect(
    textTable(
      ['run', 'loss'],
      [
        ['baseline', '0.5'],
        ['é😀', '12.25'],
      ],
      (i) => i === 1,
    ),
  ).toEqual(['run        loss', '--------  -----', 'baseline    0.5', 'é😀        12.25']);
});

test('a table without rows is its heading, and columns have their least width', () => {
  expect(textTable(['a', 'bc'], [], () => false, 3)).toEqual(['a    bc', '---  ---']);
  expect(lineUp([], () => false)).toEqual([]);
});
