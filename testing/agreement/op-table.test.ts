import { readFileSync } from 'node:fs';
import { wasm } from '@espalier/backend-wasm';
import { FURTHER_OPERATIONS, OPERATIONS } from '@espalier/testkit';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { opColumn } from './op-column.js';
import { readTable, writeTable } from './op-markdown.js';

const page = readFileSync(new URL('../../docs/backends.md', import.meta.url), 'utf8');
const known = readTable(page);
const names = [...OPERATIONS, ...FURTHER_OPERATIONS].map(({ name }) => name);

test('the page has every operation in every column', () => {
  expect(Object.keys(known)).toEqual(
    expect.arrayContaining(['cpu, stock', 'wasm, stock', 'backend-wasm', 'compiled']),
  );
  for (const [column, outcomes] of Object.entries(known))
    expect(Object.keys(outcomes), column).toEqual(names);
});

test.each([
  ['cpu, stock', () => tf.setBackend('cpu')],
  ['backend-wasm', () => wasm().activate()],
])('the column of %s is what is measured', async (column, start) => {
  await start();
  expect(await opColumn()).toEqual(known[column]);
});

test('a table is read as it was written', () => {
  const columns = {
    one: { add: 'right', sub: 'wrong' },
    two: { add: 'no kernel', sub: 'no gradient' },
  } as const;
  const empty = '# Page\n\n<!-- operations: start -->\n<!-- operations: end -->\n\nrest\n';
  const written = writeTable(empty, { groups: { these: ['add'], those: ['sub'] }, columns });
  expect(readTable(written)).toEqual(columns);
  expect(written).toMatch(/^# Page\n[^]*\nrest\n$/);
  expect(writeTable(written, { groups: { these: ['add', 'sub'] }, columns })).not.toContain('those');
});
