import { expect, test } from 'vitest';
import { IndexCheck, IndexOutOfBounds } from './index-check.js';

const bounds = new Map([['x', { rows: 3, origin: 'layer words' }]]);

test('row numbers outside the table are refused by name, whatever type they come in', () => {
  const of = (...numbers: number[]) => new IndexCheck(bounds).of(() => Float32Array.from(numbers))('x');
  expect([...of(0, 2.5, -0.5)]).toEqual([0, 2.5, -0.5]);
  for (const wrong of [3, -1, NaN, Infinity])
    expect(() => of(0, wrong)).toThrow(
      `layer words takes rows 0 to 2, and "x" names row ${wrong}, which is out of`,
    );
  expect(() => new IndexCheck(bounds).of(() => Uint8Array.of(4))('x')).toThrow(IndexOutOfBounds);
});

test('a whole array is looked at once, another array each time', () => {
  const data = Int32Array.of(0, 1);
  const [once, always] = [new IndexCheck(bounds, new Set(['x'])), new IndexCheck(bounds)];
  for (const check of [once, always]) check.of(() => data)('x');
  data[0] = 9;
  expect(() => once.of(() => data)('x')).not.toThrow();
  expect(() => once.of(() => Int32Array.of(9))('x')).toThrow('row 9');
  expect(() => always.of(() => data)('x')).toThrow('row 9');
});
