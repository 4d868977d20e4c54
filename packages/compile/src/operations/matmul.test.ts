import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { agree, agreeWithGradient, spread } from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

const extent = fc.constantFrom(1, 2, 3, 7);

describe('matrix products', () => {
  it('any operand may be transposed, and gradients follow', async () => {
    await fc.assert(
      fc.asyncProperty(
        extent,
        extent,
        extent,
        fc.boolean(),
        fc.boolean(),
        async (m, k, n, transposeA, transposeB) => {
          const op: Op = (a, b) => tf.matMul(a, b, transposeA, transposeB);
          const [a, b] = [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]];
          await agreeWithGradient(op, [spread(a, m), spread(b, n + 7)]);
        },
      ),
      { numRuns: 12, seed: 4 },
    );
  });

  it('batches of matrices, broadcast ones too', async () => {
    for (const [transposeA, transposeB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const op: Op = (a, b) => tf.matMul(a, b, transposeA, transposeB);
      const [a, b] = [transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4]];
      await agreeWithGradient(op, [spread([5, ...a], 1), spread([5, ...b], 2)]);
      await agree(op, [spread([1, ...a], 1), spread([5, ...b], 2)]);
      await agree(op, [spread([2, 5, ...a], 1), spread([2, 5, ...b], 2)]);
    }
  });

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)(
    'fused with a bias and %s',
    async (activation) => {
      const op: Op = (a, b, bias) => tf.fused.matMul({ a, b, bias, activation, leakyreluAlpha: 0.1 });
      const inputs = [spread([4, 3], 1), spread([3, 5], 2), spread([5], 3)];
      await agree(op, inputs);
      if (activation === 'linear' || activation === 'relu') await agreeWithGradient(op, inputs);
    },
  );

  it('fused with prelu', async () => {
    const op: Op = (a, b, bias, preluActivationWeights) =>
      tf.fused.matMul({ a, b, bias, activation: 'prelu', preluActivationWeights });
    await agree(op, [spread([4, 3], 1), spread([3, 5], 2), spread([5], 3), spread([5], 4)]);
  });

  it('dot, outer product and einsum', async () => {
    await agreeWithGradient(tf.dot as Op, [spread([4], 1), spread([4, 3], 2)]);
    await agreeWithGradient(tf.outerProduct as Op, [spread([4], 1), spread([3], 2)]);
    await agree(((a: tf.Tensor, b: tf.Tensor) => tf.einsum('ij,jk->ki', a, b)) as Op, [
      spread([2, 3], 1),
      spread([3, 4], 2),
    ]);
  });
});
