import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  cases,
  expectClose,
  expectNoGrowth,
  noise,
  numbers,
  tensor,
  type Stored,
} from '../../../../../testing/references/backend-wasm/fixture.js';
import { prepareTfjs } from '../prepare-tfjs.js';

interface Case {
  x: Stored;
  scale: Stored;
  offset: Stored;
  dy: Stored;
  y: Stored;
  dx: Stored;
  dScale: Stored;
  dOffset: Stored;
}

const epsilon = 1e-3;

describe('gradient of batch normalisation', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
    prepareTfjs();
  });

  it.each(cases<Case>('batchNorm'))(
    'in training, through the batch statistics, equals PyTorch: $x.shape',
    (reference) => {
      tf.tidy(() => {
        const normalise = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor => {
          const { mean, variance } = tf.moments(x, [0, 1, 2]);
          return tf.batchNorm(
            x as tf.Tensor4D,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            offset as tf.Tensor1D,
            scale as tf.Tensor1D,
            epsilon,
          );
        };
        const inputs = [tensor(reference.x), tensor(reference.scale), tensor(reference.offset)];
        expectClose(normalise(inputs[0]!, inputs[1]!, inputs[2]!), numbers(reference.y), 1e-5);
        const [dx, dScale, dOffset] = tf.grads(normalise)(inputs, tensor(reference.dy));
        expectClose(dx!, numbers(reference.dx), 2e-5);
        expectClose(dScale!, numbers(reference.dScale), 1e-5);
        expectClose(dOffset!, numbers(reference.dOffset), 1e-5);
      });
    },
  );

  it.each([2, 3, 4])('equals finite differences for every input, rank %i', (rank) => {
    tf.tidy(() => {
      const shape = [3, 2, 2, 4].slice(4 - rank);
      const inputs = [
        noise(shape as never, 1),
        noise([4], 2),
        tf.add(noise([4], 3), 2),
        noise([4], 4),
        noise([4], 5),
      ];
      const weights = noise(shape as never, 6).dataSync();
      const kinds = ['x', 'mean', 'variance', 'offset', 'scale'];
      const grads = tf.grads((...args: tf.Tensor[]) =>
        tf.batchNorm(
          args[0] as tf.Tensor4D,
          args[1] as tf.Tensor1D,
          args[2] as tf.Tensor1D,
          args[3] as tf.Tensor1D,
          args[4] as tf.Tensor1D,
          epsilon,
        ),
      )(inputs, tf.tensor(weights, shape));
      const host = inputs.map((input) => Array.from(input.dataSync()));
      const loss = (): number => {
        const [x, mean, variance, offset, scale] = host as [number[], number[], number[], number[], number[]];
        return x.reduce((sum, value, i) => {
          const c = i % 4;
          const y = ((value - mean[c]!) / Math.sqrt(variance[c]! + epsilon)) * scale[c]! + offset[c]!;
          return sum + y * weights[i]!;
        }, 0);
      };
      kinds.forEach((_, input) => {
        const expected = host[input]!.map((value, i) => {
          const h = 1e-4;
          host[input]![i] = value + h;
          const above = loss();
          host[input]![i] = value - h;
          const below = loss();
          host[input]![i] = value;
          return (above - below) / (2 * h);
        });
        expectClose(grads[input]!, expected, 1e-5);
      });
    });
  });

  it('works where the statistics have the shape of the data', () => {
    tf.tidy(() => {
      const shape: [number, number] = [2, 3];
      const [x, mean, variance] = [noise(shape, 1), noise(shape, 2), tf.fill(shape, 3)];
      const [zero, one] = [tf.zeros(shape), tf.ones(shape)];
      const dx = tf.grad((v: tf.Tensor) =>
        tf.batchNorm2d(
          v as tf.Tensor2D,
          mean as tf.Tensor2D,
          variance as tf.Tensor2D,
          zero as tf.Tensor2D,
          one as tf.Tensor2D,
        ),
      )(x);
      expectClose(dx, new Array(6).fill(1 / Math.sqrt(3.001)), 1e-6);
    });
  });

  it('keeps no memory', () => {
    const [x, mean, variance] = [noise([2, 3, 3, 2]), tf.zeros([2]), tf.ones([2])];
    expectNoGrowth(() =>
      tf.grad((v: tf.Tensor) =>
        tf.batchNorm(
          v as tf.Tensor4D,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
        ),
      )(x),
    );
    expect(x.isDisposed).toBe(false);
  });
});
