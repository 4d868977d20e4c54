import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { agree, agreeWithGradient, expectClose, compiledResult, spread } from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

const op = (body: (...inputs: any[]) => tf.Tensor | tf.Tensor[]): Op => body;

describe('normalisation', () => {
  it('softmax and logSoftmax', async () => {
    await agreeWithGradient(
      op((x) => tf.softmax(x)),
      [spread([3, 5])],
    );
    await agreeWithGradient(
      op((x) => tf.logSoftmax(x)),
      [spread([3, 5])],
    );
    await agreeWithGradient(
      op((x) => tf.softmax(x)),
      [spread([1])],
    );
    await agree(
      op((x) => tf.softmax(x)),
      [
        tf.tensor2d([
          [1000, 0, -1000],
          [0, 0, 0],
        ]),
      ],
    );
    await agree(
      op((x) => tf.logSoftmax(x)),
      [
        tf.tensor2d([
          [1000, 0, -1000],
          [0, 0, 0],
        ]),
      ],
    );
  });

  it.each([[[4, 3]], [[2, 4, 3]], [[2, 3, 4, 3]]])('batchNorm of %s', async (shape) => {
    const parameters = [spread([3], 2), spread([3], 3, 0.5, 2), spread([3], 4), spread([3], 5)];
    await agreeWithGradient(
      op((x, mean, variance, offset, scale) => tf.batchNorm(x, mean, variance, offset, scale, 1e-3)),
      [spread(shape), ...parameters],
    );
    await agree(
      op((x, mean, variance) => tf.batchNorm(x, mean, variance)),
      [spread(shape), ...parameters.slice(0, 2)],
    );
  });

  it('localResponseNormalization', async () => {
    await agreeWithGradient(
      op((x) => tf.localResponseNormalization(x, 2, 1.5, 0.3, 0.6)),
      [spread([2, 2, 3, 7])],
      {
        relative: 1e-4,
        absolute: 1e-4,
      },
    );
  });

  it('losses of tfjs', async () => {
    const labels = tf.oneHot(tf.tensor1d([0, 2, 1], 'int32'), 4, 1, 0, 'float32');
    await agreeWithGradient(
      op((x) => tf.losses.softmaxCrossEntropy(labels, x)),
      [spread([3, 4])],
    );
    await agreeWithGradient(
      op((x) => tf.losses.meanSquaredError(labels, x)),
      [spread([3, 4])],
    );
    await agreeWithGradient(
      op((x) => tf.losses.sigmoidCrossEntropy(labels, x)),
      [spread([3, 4])],
    );
    await agreeWithGradient(
      op((x) => tf.losses.huberLoss(labels, x)),
      [spread([3, 4])],
    );
  });

  it('logSoftmax against float64', async () => {
    const x = [3, -1, 0.5, 12, -7];
    const sum = Math.log(x.reduce((total, v) => total + Math.exp(v), 0));
    const [result] = await compiledResult(
      op((t) => tf.logSoftmax(t)),
      [tf.tensor1d(x)],
    );
    expectClose(
      result!.data,
      x.map((v) => v - sum),
      { relative: 1e-6 },
    );
  });
});
