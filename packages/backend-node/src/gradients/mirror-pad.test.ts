import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { mirrorPadGradient } from './mirror-pad.js';

beforeAll(() => tf.setBackend('cpu'));

const gradient = (dy: tf.Tensor, x: tf.Tensor, paddings: [number, number][], mode: string): number[] => {
  const attrs = { paddings, mode } as unknown as tf.NamedAttrMap;
  return tf.tidy(() => [...mirrorPadGradient.config.gradFunc(dy, [x], attrs)['x']!().dataSync()]);
};

it('adds up what the copies of an element got', () => {
  // [a, b, c] padded by 2 and 1.
  const dy = tf.tensor1d([1, 2, 4, 8, 16, 32]);
  // reflect: c b | a b c | b
  expect(gradient(dy, tf.zeros([3]), [[2, 1]], 'reflect')).toEqual([4, 2 + 8 + 32, 1 + 16]);
  // symmetric: b a | a b c | c
  expect(gradient(dy, tf.zeros([3]), [[2, 1]], 'symmetric')).toEqual([2 + 4, 1 + 8, 16 + 32]);
});

it.each(['reflect', 'symmetric'] as const)('is the transpose of padding (%s), over three axes', (mode) => {
  const paddings: [number, number][] = [
    [1, 0],
    [0, 0],
    [2, 2],
  ];
  const shape = [2, 2, 3];
  // Padding is linear: its matrix, row by row, from pictures of one bright cell.
  const cells = 12;
  const columns = Array.from({ length: cells }, (_, i) =>
    tf.tidy(() => {
      const bright = tf.reshape(tf.oneHot(tf.tensor1d([i], 'int32'), cells), shape);
      return tf.mirrorPad(tf.cast(bright, 'float32'), paddings, mode);
    }),
  );
  const dy = tf.sin(tf.reshape(tf.range(0, columns[0]!.size), columns[0]!.shape));
  const expected = columns.map((column) => tf.tidy(() => tf.sum(tf.mul(column, dy)).dataSync()[0]!));
  const got = gradient(dy, tf.zeros(shape), paddings, mode);
  got.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
});
