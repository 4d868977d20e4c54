import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { testStep } from '@espalier/testkit';
import { expect, test } from 'vitest';
import { chain, orthogonalize, scaleByLearningRate, toOptimizer } from '../index.js';

test.each([
  ['wide', [3, 5]],
  ['tall', [5, 3]],
  ['a filter', [2, 2, 1, 3]],
])('orthogonalize makes the rows or columns of %s matrix nearly orthonormal', (_, shape) => {
  tf.tidy(() => {
    const size = tf.util.sizeFromShape(shape);
    const g = tf.tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(7 * i * i + 1)),
      shape,
    );
    const optimizer = toOptimizer(chain(orthogonalize(), scaleByLearningRate(1)), { name: 'test' });
    const step = testStep({ scalars: { learningRate: 1 } });
    const { parameters: after } = optimizer.update({ w: g }, {}, { w: tf.zerosLike(g) }, step.scalar);
    step.dispose();
    const [inputs, outputs] = [size / shape.at(-1)!, shape.at(-1)!];
    const q = tf.mul(
      tf.reshape(after['w']!, [inputs, outputs]),
      -1 / Math.sqrt(Math.max(1, outputs / inputs)),
    );
    const gram = (
      inputs > outputs ? tf.matMul(q, q, true, false) : tf.matMul(q, q, false, true)
    ) as tf.Tensor2D;
    const rows = gram.arraySync();
    rows.forEach((row, i) =>
      row.forEach((value, j) => {
        // The iteration leaves singular values between 0.7 and 1.2.
        if (i === j) expect(Math.abs(value - 1)).toBeLessThan(0.55);
        else expect(Math.abs(value)).toBeLessThan(0.3);
      }),
    );
  });
});
