import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cases,
  expectClose,
  expectNoGrowth,
  noise,
  numbers,
  tensor,
  useWasm,
  type Stored,
} from '../../../../testing/references/backend-wasm/support.js';

interface Case {
  x: Stored;
  filter: Stored;
  dy: Stored;
  dx: Stored;
  dFilter: Stored;
  strides: number;
  padding: 'same' | 'valid';
}

describe('gradients of conv3d', () => {
  beforeAll(useWasm);

  it.each(cases<Case>('conv3d'))('equal PyTorch: strides $strides, padding $padding', (reference) => {
    tf.tidy(() => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
        tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, reference.strides, reference.padding);
      const [dx, dFilter] = tf.grads(convolve)(
        [tensor(reference.x), tensor(reference.filter)],
        tensor(reference.dy),
      );
      expect(dx!.shape).toEqual(reference.x.shape);
      expectClose(dx!, numbers(reference.dx));
      expectClose(dFilter!, numbers(reference.dFilter));
    });
  });

  it('keeps no memory', () => {
    const [x, w] = [noise([1, 3, 4, 4, 2]), noise([2, 2, 2, 2, 3])];
    expectNoGrowth(() =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, 1, 'same'))([
        x,
        w,
      ]),
    );
  });
});
