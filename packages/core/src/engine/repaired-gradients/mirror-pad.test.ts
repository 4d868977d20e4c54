import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import {
  cases,
  expectClose,
  noise,
  numbers,
  tensor,
  type Stored,
} from '../../../../../testing/references/backend-wasm/fixture.js';
import { prepareTfjs } from '../prepare-tfjs.js';

interface Case {
  x: Stored;
  dy: Stored;
  dx: Stored;
  paddings: [number, number][];
  mode: 'reflect';
}

describe('gradient of mirrorPad', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
    prepareTfjs();
  });

  it.each(cases<Case>('mirrorPad'))('$mode equals PyTorch', ({ x, dy, dx, paddings, mode }) => {
    const got = tf.grad((v: tf.Tensor) => tf.mirrorPad(v, paddings, mode))(tensor(x), tensor(dy));
    expectClose(got, numbers(dx));
  });

  it.each(['reflect', 'symmetric'] as const)('%s is the transpose of the forward pass', (mode) => {
    tf.tidy(() => {
      const shape: [number, number] = [4, 3];
      const paddings: [number, number][] = [
        [2, 1],
        [0, 2],
      ];
      const dy = noise([7, 5], 2);
      const got = tf.grad((v: tf.Tensor) => tf.mirrorPad(v, paddings, mode))(noise(shape), dy);
      const expected = Array.from({ length: 12 }, (_, i) => {
        const unit = tf.tensor(
          Array.from({ length: 12 }, (_value, j) => (i === j ? 1 : 0)),
          shape,
        );
        return tf.sum(tf.mul(tf.mirrorPad(unit, paddings, mode), dy)).dataSync()[0]!;
      });
      expectClose(got, expected, 1e-6);
    });
  });
});
