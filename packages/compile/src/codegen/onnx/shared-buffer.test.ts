import { expect, test } from 'vitest';
import { loadRuntime } from './runtime/runtime.js';
import type { BufferMember } from './shared-buffer.js';
import { SharedBuffer } from './shared-buffer.js';

const { Tensor } = await loadRuntime();
const runtime = await loadRuntime();

function entry(...numbers: number[]): BufferMember {
  const tensor = () => new Tensor('float32', Float32Array.from(numbers), [numbers.length]);
  return { tensor: tensor(), spare: tensor() };
}

test('entries are parts of one tensor, which a step reads and whose twin it writes', () => {
  const entries = [entry(1, 2), entry(3)];
  const pack = new SharedBuffer(runtime, entries);
  expect([...pack.read().data]).toEqual([1, 2, 3]);
  (pack.next().data as Float32Array).set([4, 5, 6]);
  expect([...entries[0]!.tensor.data]).toEqual([1, 2]);
  pack.advance();
  expect(entries.map(({ tensor }) => [...tensor.data])).toEqual([[4, 5], [6]]);
  expect(entries.map(({ spare }) => [...spare!.data])).toEqual([[1, 2], [3]]);
  expect([...pack.read().data]).toEqual([4, 5, 6]);
});

test('what was written by itself since is gathered', () => {
  const entries = [entry(1), entry(2, 3)];
  const pack = new SharedBuffer(runtime, entries);
  pack.read();
  // Another graph wrote the spare of one entry and made it the state.
  const [first] = entries as [BufferMember];
  (first.spare!.data as Float32Array)[0] = 9;
  [first.tensor, first.spare] = [first.spare!, first.tensor];
  expect([...pack.read().data]).toEqual([9, 2, 3]);
  // And a hook replaced the other.
  entries[1]!.tensor = entry(7, 8).tensor;
  expect([...pack.read().data]).toEqual([9, 7, 8]);
  expect(new Set([pack.read(), pack.next()]).size).toBe(2);
});

test('two packs may share entries', () => {
  const entries = [entry(1), entry(2)];
  const [one, other] = [
    new SharedBuffer(runtime, entries),
    new SharedBuffer(runtime, [...entries].reverse()),
  ];
  one.read();
  (one.next().data as Float32Array).set([3, 4]);
  one.advance();
  expect([...other.read().data]).toEqual([4, 3]);
  (other.next().data as Float32Array).set([6, 5]);
  other.advance();
  expect([...one.read().data]).toEqual([5, 6]);
});
