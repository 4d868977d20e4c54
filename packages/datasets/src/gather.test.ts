import type { HostArray } from '@espalier/core';
import { expect, test } from 'vitest';
import { gather } from './gather.js';

const array = (row: number): HostArray => ({
  data: Uint8Array.from({ length: 5 * row }, (_, i) => i),
  shape: [5, row],
  dtype: 'float32',
  scale: 0.5,
});

test.each([1, 3, 24, 30])('rows of %d are copied in the order asked for', (row) => {
  const indices = Uint32Array.of(4, 0, 4);
  const taken = gather(array(row), indices);
  indices.fill(1);
  const of = (i: number): number[] => Array.from({ length: row }, (_, k) => i * row + k);
  expect([...taken.data]).toEqual([...of(4), ...of(0), ...of(4)]);
  expect(taken).toMatchObject({ shape: [3, row], dtype: 'float32', scale: 0.5 });
  expect(taken.data).toBe(taken.data);
});

test('long rows can be found in the whole; a copy of the array has its own', () => {
  const whole = array(30);
  const taken = gather(whole, Uint32Array.of(2, 3));
  expect(taken.rows!.of).toBe(whole);
  expect([...taken.rows!.indices]).toEqual([2, 3]);
  for (const copy of [{ ...taken }, structuredClone(taken)]) {
    expect(copy.rows).toBeUndefined();
    expect(copy.data).toEqual(taken.data);
  }
  expect(gather(array(23), Uint32Array.of(0)).rows).toBeUndefined();
});
