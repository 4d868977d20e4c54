import * as tf from '@tensorflow/tfjs-core';
import { expectNoLeak } from '@espalier/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { on, waves } from '../../testing/on-both.js';
import { onRealLibrary } from '../../testing/real-library.js';
import { kernelReport, node } from '../index.js';

/** An op for each kernel that runs on `cpu`. */
const borrowed: Record<string, () => tf.Tensor> = {
  BitwiseAnd: () => tf.bitwiseAnd(tf.tensor1d([6, -1], 'int32'), tf.tensor1d([3, 9], 'int32')),
  DenseBincount: () => tf.denseBincount(tf.tensor1d([1, 1, 2], 'int32'), tf.tensor1d([]), 4),
  RotateWithOffset: () => tf.image.rotateWithOffset(waves([1, 4, 4, 3]) as tf.Tensor4D, 0.3, 0, 0.5),
  SearchSorted: () => tf.searchSorted(tf.tensor1d([1, 2, 3]), tf.tensor1d([2.5])),
  SparseFillEmptyRows: () =>
    tf.sparse.sparseFillEmptyRows(tf.tensor2d([[0, 0]], [1, 2], 'int32'), [7], [2, 2], -1)['outputValues']!,
  SparseReshape: () =>
    tf.sparse.sparseReshape(tf.tensor2d([[0, 1]], [1, 2], 'int32'), [2, 2], [4])['outputIndices']!,
  SparseSegmentMean: () =>
    tf.sparse.sparseSegmentMean(
      waves([3, 2]) as tf.Tensor2D,
      tf.tensor1d([0, 2], 'int32'),
      tf.tensor1d([0, 0], 'int32'),
    ),
  SparseSegmentSum: () =>
    tf.sparse.sparseSegmentSum(
      waves([3, 2]) as tf.Tensor2D,
      tf.tensor1d([0, 2], 'int32'),
      tf.tensor1d([0, 0], 'int32'),
    ),
  Transform: () =>
    tf.image.transform(waves([1, 4, 4, 1]) as tf.Tensor4D, tf.tensor2d([[1, 0, 1, 0, 1, 0, 0, 0]])),
};

await onRealLibrary('kernels', () => {
  beforeAll(() => node().activate());

  describe('what the library lacks runs on cpu', () => {
    it('all of it', () => {
      expect([...kernelReport().supplied].sort()).toEqual(Object.keys(borrowed).sort());
    });

    it.each(Object.entries(borrowed))('%s', async (_, run) => {
      const expected = await on('cpu', run);
      await expectNoLeak(async () => expect(await on('tensorflow', run)).toEqual(expected));
    });
  });

  it('the report gives a reason for each', () => {
    const { replaced, supplied, reasons } = kernelReport();
    expect(replaced).toContain('MaxPool3DGrad');
    for (const name of [...replaced, ...supplied]) expect(reasons[name]).toMatch(/\w/);
    expect(reasons['MaxPool']).toBe('NaN hidden; padding given in cells was refused');
  });

  it('round of whole numbers', async () => {
    const { values } = await on('tensorflow', () => tf.round(tf.tensor1d([3, -5], 'int32')));
    expect(values).toEqual([3, -5]);
    expect((await on('tensorflow', () => tf.round(tf.tensor1d([0.5, 1.5, -2.6])))).values).toEqual([
      0, 2, -3,
    ]);
  });

  it('prelu of infinities and NaN', async () => {
    const [x, slopes] = [
      tf.tensor1d([Infinity, -Infinity, NaN, 2, -2]),
      tf.tensor1d([0.1, 0.1, 0.1, NaN, NaN]),
    ];
    const { values } = await on('tensorflow', () => tf.prelu(x, slopes));
    expect(values).toEqual([Infinity, -Infinity, NaN, 2, NaN]);
  });

  it('step, with and without a slope', async () => {
    const x = tf.tensor1d([3, 0, -2, NaN, Infinity, -Infinity, 1e-30]);
    expect((await on('tensorflow', () => tf.step(x))).values).toEqual([1, 0, 0, NaN, 1, 0, 1]);
    const sloped = (await on('tensorflow', () => tf.step(x, 0.5))).values;
    expect(sloped).toEqual([1, 0.5, 0.5, NaN, 1, 0.5, 1]);
    await expectNoLeak(() => tf.step(x).dispose());
  });

  it('tensors own their values: neither the buffer they came from nor what was read changes them', async () => {
    const buffer = Float32Array.of(1, 2);
    const tensor = tf.tensor1d(buffer);
    buffer[0] = 9;
    tensor.dataSync()[1] = 9;
    (await tensor.data())[1] = 9;
    expect([...tensor.dataSync()]).toEqual([1, 2]);
    expect([...tf.tensor1d(['a', 'b']).dataSync()]).toEqual(['a', 'b']);
    expect([...tf.tensor2d([], [0, 3]).dataSync()]).toEqual([]);
    expect([...tf.real(tf.complex([1], [2])).dataSync()]).toEqual([1]);
  });

  it('errors name the operation and the shapes', () => {
    const product = () => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]));
    expect(product).toThrow(
      '[backend-node] matMul of [2,3] and [2,3]: the inner dimensions 3 and 2 must be equal.',
    );
    const power = () => tf.pow(tf.tensor1d([2, 3], 'int32'), tf.scalar(-1, 'int32'));
    expect(power).toThrow(/^\[backend-node\] Pow of int32 \[2\], int32 \[\]: Integers to negative/);
  });
});
