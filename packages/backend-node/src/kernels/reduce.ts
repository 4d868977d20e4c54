import * as tf from '@tensorflow/tfjs-core';
import type { KernelPatch, NodeKernel } from './kernel-patch.js';

/** From here on the rounding of adding one row after the other matters: 1e-5 of the sum, and growing. */
const LONG = 1024;
/** So many rows are added one after the other. */
const GROUP = 128;

/**
 * A sum over axes that lie together, as one over the middle of `[outer, rows, inner]`; `undefined` where the library
 * sums pairwise by itself (the innermost axes) or the axes lie apart.
 */
function asMiddle(
  shape: readonly number[],
  axes: readonly number[],
): readonly [outer: number, rows: number, inner: number] | undefined {
  const [first, last] = [Math.min(...axes), Math.max(...axes)];
  if (last - first + 1 !== axes.length) return undefined;
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  const inner = product(shape.slice(last + 1));
  const rows = product(shape.slice(first, last + 1));
  return inner > 1 && rows >= LONG ? [product(shape.slice(0, first)), rows, inner] : undefined;
}

/** The largest divisor of `rows` up to {@link GROUP}. */
function groupOf(rows: number): number {
  for (let group = GROUP; group > 1; group--) if (rows % group === 0) return group;
  return 1;
}

/** Sums `[outer, rows, inner]` over the rows in groups, then over the groups, and so on. */
function sumRows(x: tf.Tensor3D): tf.Tensor2D {
  const [outer, rows, inner] = x.shape;
  if (rows <= GROUP) return tf.sum(x, 1);
  const group = groupOf(rows);
  // Most of the rows divide well; the few others are added at the end.
  const whole = group >= 16 ? rows : rows - (rows % GROUP);
  const by = group >= 16 ? group : GROUP;
  const main = whole === rows ? x : tf.slice(x, [0, 0, 0], [outer, whole, inner]);
  const partial = tf.sum<tf.Tensor3D>(tf.reshape(main, [outer, whole / by, by, inner]), 2);
  const sum = sumRows(partial);
  if (whole === rows) return sum;
  const rest = tf.slice(x, [0, whole, 0], [outer, rows - whole, inner]);
  return tf.add(sum, tf.sum<tf.Tensor2D>(rest, 1));
}

const inGroups = (kernelName: 'Sum' | 'Mean'): KernelPatch => ({
  kernelName,
  reason: 'long sums over leading axes were added row by row in single precision',
  build(stock) {
    const short: NodeKernel = stock.get(kernelName);
    return (args) => {
      const x = args.inputs['x'] as tf.Tensor;
      const { axis, keepDims } = args.attrs as unknown as { axis: number | number[]; keepDims?: boolean };
      const axes = tf.util.parseAxisParam(axis, x.shape);
      const middle = x.dtype === 'float32' && axes.length > 0 ? asMiddle(x.shape, axes) : undefined;
      if (!middle) return short(args);
      const shape = keepDims
        ? x.shape.map((size, i) => (axes.includes(i) ? 1 : size))
        : x.shape.filter((_, i) => !axes.includes(i));
      return tf.tidy(() => {
        const sum = sumRows(tf.reshape(x, [...middle]) as tf.Tensor3D);
        return tf.reshape(kernelName === 'Mean' ? tf.div(sum, middle[1]) : sum, shape);
      });
    };
  },
});

/** Sums and means that stay right over millions of rows. */
export const reductions: readonly KernelPatch[] = [inGroups('Sum'), inGroups('Mean')];
