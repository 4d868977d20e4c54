import { stream } from '@espalier/core';
import { STATES, streamStates } from '@espalier/core/internal';
import { expect, test } from 'vitest';
import { drawUniforms } from './draw-uniforms.js';

test('numbers drawn in the memory of a step are those of the stream, wherever they lie', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const draw = drawUniforms(memory);
  const states = new Int32Array(4 * STATES);
  for (const [seed, name, index, count] of [
    [0, '', 0, 1],
    [7, 'dropout/hidden_1', 3, 257],
    [2 ** 53 - 1, 'é', 2 ** 40, 1000],
  ] as const) {
    streamStates(seed, name, index, states);
    for (let i = 0; i < STATES; i++) {
      const numbers = new Float32Array(memory.buffer, 64, count + 1);
      numbers.fill(-1);
      const [a, b, c, d] = states.subarray(4 * i);
      draw(64, count, a!, b!, c!, d!);
      expect([...numbers]).toEqual([...stream(seed, name, index + i).uniforms(count), -1]);
    }
  }
  const untouched = new Float32Array(memory.buffer, 0, 16);
  draw(0, 0, 1, 2, 3, 4);
  expect([...untouched]).toEqual(new Array(16).fill(0));
});
