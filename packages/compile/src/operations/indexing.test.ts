import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { agree, agreeWithGradient, compiledResult, spread, whole } from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

const op = (body: (...inputs: any[]) => tf.Tensor | tf.Tensor[]): Op => body;

describe('indexing', () => {
  it('gather and its gradient, repeated indices among them', async () => {
    const indices = tf.tensor1d([2, 0, 2, 1], 'int32');
    await agreeWithGradient(
      op((t) => tf.gather(t, indices)),
      [spread([3, 4])],
    );
    await agreeWithGradient(
      op((t) => tf.gather(t, indices, 1)),
      [spread([2, 3, 2])],
    );
    await agreeWithGradient(
      op((t) =>
        tf.gather(
          t,
          tf.tensor2d(
            [
              [1, 0],
              [0, 0],
            ],
            [2, 2],
            'int32',
          ),
          -1,
        ),
      ),
      [spread([2, 2])],
    );
    await agree(
      op((t, i) => tf.gather(t, i)),
      [spread([5]), whole([3], 1, 0, 5)],
    );
    await agree(
      op((t, i) => tf.gather(t, i, 1, 1)),
      [spread([2, 3, 4]), whole([2, 2], 1, 0, 3)],
    );
    await agree(
      op((t, i) => tf.gather(t, i, 2, 1)),
      [spread([2, 4, 3]), whole([2, 2], 1, 0, 3)],
    );
  });

  it('unsortedSegmentSum leaves out what belongs to no segment', async () => {
    await agree(
      op((t, ids) => tf.unsortedSegmentSum(t, tf.cast(ids, 'int32') as tf.Tensor1D, 2)),
      [spread([5, 2]), tf.tensor1d([-1, 0, 2, 1, 0])],
    );
  });

  it('gatherND, scatterND, tensorScatterUpdate, unsortedSegmentSum', async () => {
    const at = tf.tensor2d(
      [
        [0, 1],
        [2, 0],
        [0, 1],
      ],
      [3, 2],
      'int32',
    );
    await agree(
      op((t, i) => tf.gatherND(t, i)),
      [spread([3, 2, 4]), at],
    );
    await agree(
      op((i, t) => tf.scatterND(i, t, [3, 2])),
      [at, spread([3])],
    );
    await agree(
      op((i, t) => tf.scatterND(i, t, [4, 2])),
      [tf.tensor2d([[3], [1], [3]], [3, 1], 'int32'), spread([3, 2])],
    );
    await agree(
      op((t, i, u) => tf.tensorScatterUpdate(t, i, u)),
      [spread([4, 2]), tf.tensor2d([[3], [1]], [2, 1], 'int32'), spread([2, 2], 2)],
    );
    await agreeWithGradient(
      op((t) => tf.unsortedSegmentSum(t, tf.tensor1d([1, 0, 1], 'int32'), 3)),
      [spread([3, 2])],
    );
  });

  it('oneHot, also of classes that are not there', async () => {
    await agree(
      op((i) => tf.oneHot(i, 4)),
      [
        tf.tensor2d(
          [
            [0, 3],
            [-1, 4],
          ],
          [2, 2],
          'int32',
        ),
      ],
    );
    await agree(
      op((i) => tf.oneHot(i, 3, 0.9, 0.1, 'float32')),
      [tf.tensor1d([0, 2, 1], 'int32')],
    );
  });

  it('cumsum, cumprod, topk', async () => {
    for (const exclusive of [false, true])
      for (const backwards of [false, true]) {
        await agreeWithGradient(
          op((t) => tf.cumsum(t, 1, exclusive, backwards)),
          [spread([2, 5])],
        );
        await agree(
          op((t) => tf.cumprod(t, 1, exclusive, backwards)),
          [spread([2, 5])],
        );
      }
    await agree(
      op((t) => tf.cumsum(t)),
      [whole([5])],
    );
    await agree(
      op((t) => Object.values(tf.topk(t, 2)) as tf.Tensor[]),
      [whole([3, 5], 3, 0, 4)],
    );
    await agree(
      op((t) => Object.values(tf.topk(t, 3)) as tf.Tensor[]),
      [spread([3, 5])],
    );
  });

  it('an index out of range is an error that names the step', async () => {
    const wrong = compiledResult(
      op((t, i) => tf.gather(t, i)),
      [spread([3, 2]), tf.tensor1d([3], 'int32')],
    );
    await expect(wrong).rejects.toMatchObject({ code: 'execution-failed' });
  });
});

describe('images', () => {
  it.each([
    [false, false],
    [true, false],
    [false, true],
  ] as const)('resize, corners %s, centres %s', async (corners, centres) => {
    for (const size of [
      [7, 5],
      [2, 2],
      [3, 4],
    ] as [number, number][]) {
      await agree(
        op((t) => tf.image.resizeBilinear(t, size, corners, centres)),
        [spread([2, 3, 4, 2])],
      );
      await agree(
        op((t) => tf.image.resizeNearestNeighbor(t, size, corners, centres)),
        [spread([2, 3, 4, 2])],
      );
      // tfjs confuses height, width and batch in these gradients.
      const square = spread([1, 4, 4, 2]);
      if (!centres)
        await agreeWithGradient(
          op((t) => tf.image.resizeBilinear(t, size, corners)),
          [square],
        );
      if (!centres)
        await agreeWithGradient(
          op((t) => tf.image.resizeNearestNeighbor(t, size, corners)),
          [square],
        );
    }
  });

  it('flipLeftRight', async () => {
    await agree(
      op((t) => tf.image.flipLeftRight(t)),
      [spread([2, 3, 4, 2])],
    );
  });
});
