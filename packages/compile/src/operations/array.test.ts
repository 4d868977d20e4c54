import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { agree, agreeWithGradient, spread, whole } from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

const op = (body: (...inputs: any[]) => tf.Tensor | tf.Tensor[]): Op => body;

describe('shapes', () => {
  it('reshape, expandDims, squeeze, transpose', async () => {
    const x = spread([2, 3, 4]);
    await agreeWithGradient(
      op((t) => tf.reshape(t, [4, -1])),
      [x],
    );
    await agreeWithGradient(
      op((t) => tf.expandDims(t, -1)),
      [x],
    );
    await agreeWithGradient(
      op((t) => tf.squeeze(t)),
      [spread([1, 3, 1])],
    );
    await agreeWithGradient(
      op((t) => tf.transpose(t)),
      [x],
    );
    await agreeWithGradient(
      op((t) => tf.transpose(t, [1, 2, 0])),
      [x],
    );
    await agree(
      op((t) => tf.reshape(t, [])),
      [spread([1])],
    );
    await agree(
      op((t) => tf.transpose(t, [1, 0])),
      [whole([2, 3])],
    );
  });

  it('tile, broadcastTo, reverse', async () => {
    await agreeWithGradient(
      op((t) => tf.tile(t, [2, 3])),
      [spread([2, 3])],
    );
    await agreeWithGradient(
      op((t) => tf.tile(t, [4, 1])),
      [spread([1, 3])],
    );
    await agreeWithGradient(
      op((t) => tf.broadcastTo(t, [2, 4, 3])),
      [spread([4, 1])],
    );
    await agreeWithGradient(
      op((t) => tf.reverse(t, [0, -1])),
      [spread([2, 3, 4])],
    );
    await agreeWithGradient(
      op((t) => tf.reverse(t)),
      [spread([2, 3])],
    );
    await agree(
      op((t) => tf.tile(t, [2, 2])),
      [tf.cast(whole([2, 2], 1, 0, 2), 'bool')],
    );
  });

  it('zerosLike, onesLike, fill, range, linspace', async () => {
    await agree(
      op((t) => [
        tf.zerosLike(t),
        tf.onesLike(t),
        tf.fill([2, 2], 3),
        tf.range(0, 5, 2),
        tf.linspace(0, 1, 3),
      ]),
      [spread([2, 3])],
    );
    await agree(
      op((t) => [tf.ones([100, 20]), tf.range(5, 0, -2, 'int32'), tf.zerosLike(t)]),
      [whole([2])],
    );
  });
});

describe('cutting and joining', () => {
  it('concat and stack', async () => {
    await agreeWithGradient(
      op((a, b) => tf.concat([a, b], 1)),
      [spread([2, 3], 1), spread([2, 1], 2)],
    );
    await agreeWithGradient(
      op((a, b) => tf.concat([a, b, a], -2)),
      [spread([2, 3], 1), spread([1, 3], 2)],
    );
    await agreeWithGradient(
      op((a, b) => tf.stack([a, b], -1)),
      [spread([2, 3], 1), spread([2, 3], 2)],
    );
    await agree(
      op((a, b) => tf.concat([a, b], 0)),
      [whole([2, 3], 1), whole([1, 3], 2)],
    );
  });

  it('split and unstack', async () => {
    await agreeWithGradient(
      op((t) => tf.split(t, 3, 1)),
      [spread([2, 6])],
    );
    await agreeWithGradient(
      op((t) => tf.split(t, [1, 2, 3], -1)),
      [spread([2, 6])],
    );
    await agreeWithGradient(
      op((t) => tf.unstack(t, 1)),
      [spread([2, 3, 2])],
    );
    await agree(
      op((t) => tf.unstack(t)),
      [spread([1, 3])],
    );
    await agree(
      op((t) => tf.split(t, 1)),
      [spread([2, 3])],
    );
  });

  it('slice and stridedSlice', async () => {
    await agreeWithGradient(
      op((t) => tf.slice(t, [1, 0, 2], [1, -1, 2])),
      [spread([3, 2, 5])],
    );
    await agreeWithGradient(
      op((t) => tf.slice(t, 1)),
      [spread([3, 2])],
    );
    await agree(
      op((t) => tf.stridedSlice(t, [0, 1], [3, 5], [2, 3])),
      [spread([3, 5])],
    );
    await agree(
      op((t) => tf.stridedSlice(t, [2, -1], [-4, 0], [-1, -2])),
      [spread([3, 5])],
    );
    await agree(
      op((t) => tf.stridedSlice(t, [1, 0], [2, 5], [1, 1], 0, 0, 0, 0, 1)),
      [spread([3, 5])],
    );
  });

  it('pad and mirrorPad', async () => {
    await agreeWithGradient(
      op((t) =>
        tf.pad(
          t,
          [
            [1, 2],
            [0, 3],
          ],
          7,
        ),
      ),
      [spread([2, 3])],
    );
    await agree(
      op((t) => tf.pad(t, [[1, 0]], 2)),
      [whole([3])],
    );
    await agree(
      op((t) =>
        tf.mirrorPad(
          t,
          [
            [1, 1],
            [2, 1],
          ],
          'reflect',
        ),
      ),
      [spread([2, 3])],
    );
    await agree(
      op((t) =>
        tf.mirrorPad(
          t,
          [
            [2, 1],
            [3, 2],
          ],
          'symmetric',
        ),
      ),
      [spread([2, 3])],
    );
  });

  it('space and batch', async () => {
    await agreeWithGradient(
      op((t) =>
        tf.spaceToBatchND(
          t,
          [2, 2],
          [
            [0, 0],
            [2, 0],
          ],
        ),
      ),
      [spread([2, 4, 2, 1])],
    );
    await agreeWithGradient(
      op((t) =>
        tf.batchToSpaceND(
          t,
          [2, 2],
          [
            [0, 0],
            [1, 0],
          ],
        ),
      ),
      [spread([8, 1, 2, 3])],
    );
    await agree(
      op((t) => tf.depthToSpace(t, 2)),
      [spread([1, 2, 3, 8])],
    );
  });
});
