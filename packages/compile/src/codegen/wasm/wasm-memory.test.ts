import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { trace } from '../../trace/trace.js';
import { wasmGenerator } from './wasm-generator.js';
import { AddressSpace } from './wasm-memory.js';

await tf.setBackend('cpu');

describe('addresses', () => {
  test('what was left is taken again, in parts too, and neighbours become one', () => {
    const space = new AddressSpace();
    space.end = 1000;
    space.leave(64, 128);
    space.leave(300, 310);
    space.leave(128, 200);
    expect(space.take(200)).toBeUndefined();
    expect(space.take(130)).toBe(64);
    expect(space.take(10)).toBe(300);
    expect(space.take(1)).toBeUndefined();
  });

  test('what was left at the end makes the end earlier', () => {
    const space = new AddressSpace();
    const { address } = space.entry('weights', [3], 'float32');
    const start = space.end;
    space.end = start + 500;
    space.leave(start, start + 500);
    expect(space.end).toBe(start);
    expect(space.entry('weights', [3], 'float32').address).toBe(address);
    expect(space.entry('more', [3], 'float32').address).toBe(start);
  });
});

/** `w` grows by the sum of `rows` numbers, each 1. */
async function growing(generator: ReturnType<typeof wasmGenerator>, rows: number) {
  const specs = [
    { name: 'w', shape: [2], dtype: 'float32' },
    { name: 'x', shape: [rows, 2], dtype: 'float32' },
  ] as const;
  const graph = trace(specs, ([w, x]) => ({ 'next w': tf.add(w!, tf.sum(tf.mul(x!, [2, 3]), 0)) }));
  return generator.generate({
    graph,
    reads: new Map([['w', 'w']]),
    writes: new Map([['next w', 'w']]),
    anyLength: new Set(),
    streams: new Map(),
  });
}

test('code that was released leaves its memory to the next, and constants lie where that has them', async () => {
  const generator = wasmGenerator();
  const state = await generator.createState({
    w: { data: new Float32Array(2), shape: [2], dtype: 'float32' },
  });
  const kept = await growing(generator, 3);
  const ones = (rows: number) => () => new Float32Array(2 * rows).fill(1);
  const run = (code: typeof kept, rows: number) => code.run(state, ones(rows));
  let wanted = 0;
  let size = 0;
  for (let round = 0; round < 40; round++) {
    const rows = 5000 + (round % 7);
    const code = await growing(generator, rows);
    await run(code, rows);
    await run(kept, 3);
    await code.release();
    wanted += rows + 3;
    if (round === 8) size = state.memory.buffer.byteLength;
  }
  expect([...state.copy('w')['w']!.data]).toEqual([2 * wanted, 3 * wanted]);
  expect(state.memory.buffer.byteLength).toBe(size);
});

test('memory that is refused is an error, and the state stays as it was', async () => {
  const generator = wasmGenerator();
  const w = { data: Float32Array.of(1, 2), shape: [2], dtype: 'float32' } as const;
  const state = await generator.createState({ w });
  const code = await growing(generator, 3);
  await code.run(state, () => new Float32Array(6).fill(1));
  const before = state.copy('w')['w']!.data;
  // More pages than a memory may have: the engine itself refuses.
  expect(() => state.reserve(2 ** 33)).toThrow(
    expect.objectContaining({
      code: 'out-of-memory',
      message: expect.stringContaining('refused 8589934592 bytes'),
    }),
  );
  expect(state.copy('w')['w']!.data).toEqual(before);
  await code.run(state, () => new Float32Array(6).fill(1));
  expect([...state.copy('w')['w']!.data]).toEqual([13, 20]);
});
