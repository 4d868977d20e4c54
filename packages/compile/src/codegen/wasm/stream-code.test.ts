import { stream } from '@espalier/core';
import { half, STREAM_HASH, streamWords } from '@espalier/core/internal';
import { describe, expect, test } from 'vitest';
import { ModuleBuilder } from './module-builder.js';
import {
  drawFunction,
  hashFunction,
  HASHED,
  LONG_DRAW,
  longDrawFunction,
  STATE_BYTES,
} from './stream-code.js';
import { jumpBits } from './stream-jump.js';

const builder = new ModuleBuilder();
builder.add(hashFunction(), 'hash');
builder.add(drawFunction(), 'draw');
const LENGTHS = [16, 31, 45, LONG_DRAW, 1001, 3214];
for (const length of LENGTHS) builder.add(longDrawFunction(length), `long${length}`);
const memory = new WebAssembly.Memory({ initial: 1 });
const functions = new WebAssembly.Instance(new WebAssembly.Module(builder.bytes()), { env: { memory } })
  .exports as Record<string, (...numbers: number[]) => void>;
const { hash, draw } = functions;

const WORDS = 1024;
const STATES = 8192;
const [FIRST, SECOND] = [16384, 32768];

/** Hashes eight streams that follow each other; `slot` is where their states go. */
function hashed(seed: number, name: string, index: number, slot: number): number {
  const words = streamWords(seed, name, index);
  const rows = new Int32Array(memory.buffer, WORDS, words.length * HASHED);
  words.forEach((word, i) => rows.fill(word, i * HASHED, (i + 1) * HASHED));
  for (let i = 0; i < HASHED; i++)
    for (const high of [0, 1]) rows[(STREAM_HASH.indexAt + high) * HASHED + i] = half(index + i, high);
  const states = STATES + slot * STATE_BYTES;
  hash!(WORDS, words.length, states);
  return states;
}

const numbersAt = (address: number, count: number): number[] => [
  ...new Float32Array(memory.buffer, address, count),
];

describe('numbers drawn in the memory of a step are those of the stream', () => {
  test.each([
    [0, '', 0],
    [7, 'dropout/hidden_1', 3],
    [2 ** 53 - 1, 'é', 2 ** 40],
    [1, 'a', 2 ** 32 - 5],
  ])('seed %d, name %j, index %d and the next seven', (seed, name, index) => {
    const one = hashed(seed, name, index, 0);
    const other = hashed(seed + 1 - 2 * (seed & 1), `${name} too`, index, 1);
    for (let i = 0; i < HASHED; i++) {
      draw!(FIRST, SECOND, 8, 5, one + 4 * i, other + 4 * i);
      expect(numbersAt(FIRST, 8)).toEqual([...stream(seed, name, index + i).uniforms(8)]);
      const twin = stream(seed + 1 - 2 * (seed & 1), `${name} too`, index + i);
      expect(numbersAt(SECOND, 13)).toEqual([...twin.uniforms(13)]);
    }
  });

  test.each([
    [1, 0],
    [4, 0],
    [5, 1],
    [257, 300],
    [1, 1000],
  ])('%d of both, %d more of the second', (together, rest) => {
    const [one, other] = [hashed(3, 'one', 9, 0), hashed(3, 'other', 9, 1)];
    draw!(FIRST, SECOND, together, rest, one + 8, other + 8);
    expect(numbersAt(FIRST, together)).toEqual([...stream(3, 'one', 11).uniforms(together)]);
    const count = 4 * Math.ceil(together / 4) + rest;
    expect(numbersAt(SECOND, count)).toEqual([...stream(3, 'other', 11).uniforms(count)]);
  });

  test.each(LENGTHS)('%d of one, in four parts', (length) => {
    const state = hashed(5, 'long', 2 ** 33, 0);
    new Float32Array(memory.buffer, FIRST, length + 16).fill(-1);
    functions[`long${length}`]!(FIRST, state + 12);
    expect(numbersAt(FIRST, length)).toEqual([...stream(5, 'long', 2 ** 33 + 3).uniforms(length)]);
    // Nothing but the rest of the last vector is written besides.
    expect(numbersAt(FIRST + 4 * 4 * Math.ceil(length / 4), 8)).toEqual(Array(8).fill(-1));
  });

  test('a jump by 2^64 is the one that the authors of the generator publish', () => {
    // https://prng.di.unimi.it/xoroshiro128plus.c
    expect(jumpBits(2 ** 64).map((word) => (word >>> 0).toString(16))).toEqual([
      'd8f554a5',
      'df900294',
      '4b3201fc',
      '170865df',
    ]);
  });
});
