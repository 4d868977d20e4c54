import * as tf from '@tensorflow/tfjs-core';
import { type OpUse, wrongGradient } from './refusal.js';

/** A small gradient that some backend is known to get wrong. */
interface Probe {
  /** The op's kernel. */
  readonly kernel: string;
  /** Whether the defect is in play for an op with these attributes. Default: always. */
  readonly concerns?: (attributes: OpUse['attributes']) => boolean;
  /** Makes tensors whose right values are known; inside a tidy. */
  readonly measure: () => tf.Tensor[];
  /** The right values of each, in order. */
  readonly right: readonly (readonly number[])[];
}

const padded = ({ pad }: OpUse['attributes']): boolean => pad !== 'valid' && pad !== 0;

/** One over the number of cells that the window around each of three cells has, added up over the windows a cell is in. */
const SHARES = [1 / 2 + 1 / 3, 1 / 2 + 1 / 3 + 1 / 2, 1 / 3 + 1 / 2];

const outer = (a: readonly number[], b: readonly number[]): number[] => a.flatMap((x) => b.map((y) => x * y));

/** Windows of four values with the largest in another place each time, none positive. */
const corners = (): tf.Tensor =>
  tf.tensor1d([-1, -2, -3, -4, -6, -5, -7, -8, -11, -10, -9, -12, -16, -14, -15, -13]);
const LARGEST = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

const maxPool3DGradient = (
  shape: [number, number, number, number, number],
  window: [number, number, number],
): tf.Tensor =>
  tf.grad((x) => tf.maxPool3d(tf.reshape(x, shape) as tf.Tensor5D, window, window, 'valid'))(corners());

/**
 * What stock backends of TensorFlow.js are known to have wrong. Each is measured where it is needed, so that a backend
 * which somebody has put right passes, whoever did it and however.
 */
const PROBES: readonly Probe[] = [
  {
    // Padded cells are counted, everywhere.
    kernel: 'AvgPool',
    concerns: padded,
    measure: () => [tf.grad((x) => tf.avgPool(x as tf.Tensor4D, 3, 1, 'same'))(tf.ones([1, 3, 3, 1]))],
    right: [outer(SHARES, SHARES)],
  },
  {
    kernel: 'AvgPool3D',
    concerns: padded,
    measure: () => [tf.grad((x) => tf.avgPool3d(x as tf.Tensor5D, 3, 1, 'same'))(tf.ones([1, 3, 3, 3, 1]))],
    right: [outer(SHARES, outer(SHARES, SHARES))],
  },
  {
    // wasm drops the gradient of windows whose maximum is not positive.
    kernel: 'MaxPool',
    measure: () => [
      tf.grad((x) => tf.maxPool(tf.reshape(x, [4, 2, 2, 1]) as tf.Tensor4D, 2, 2, 'valid'))(corners()),
    ],
    right: [LARGEST],
  },
  {
    // webgpu takes the program that it made for another size.
    kernel: 'Cumsum',
    measure: () => [2, 4].map((size) => tf.grad((x) => tf.cumsum(x))(tf.ones([size]))),
    right: [
      [2, 1],
      [4, 3, 2, 1],
    ],
  },
  {
    // By way of cumulative products, which webgpu has wrong in the same way.
    kernel: 'Prod',
    measure: () => [2, 4].map((size) => tf.grad((x) => tf.prod(x))(tf.fill([size], 2))),
    right: [
      [2, 2],
      [8, 8, 8, 8],
    ],
  },
  {
    kernel: 'MaxPool3D',
    measure: () => [maxPool3DGradient([2, 2, 2, 2, 1], [2, 2, 2])],
    right: [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]],
  },
  {
    // cpu and webgpu find the place in the window wrong where height and width differ.
    kernel: 'MaxPool3D',
    concerns: ({ filterSize }) => Array.isArray(filterSize) && filterSize[1] !== filterSize[2],
    measure: () => [maxPool3DGradient([4, 2, 2, 1, 1], [2, 2, 1])],
    right: [LARGEST],
  },
  {
    // wasm forgets all but the first layer of a volume.
    kernel: 'Conv3D',
    measure: () => {
      const volume = tf.reshape(tf.range(1, 9), [1, 2, 2, 2, 1]);
      return tf.grads((x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, 1, 'valid'),
      )([volume, tf.ones([1, 1, 1, 1, 1])], volume);
    },
    right: [[1, 2, 3, 4, 5, 6, 7, 8], [204]],
  },
  {
    // cpu looks for every image's gradient in the first one.
    kernel: 'ResizeNearestNeighbor',
    measure: () => [
      tf.grad((x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [1, 2]))(
        tf.ones([2, 1, 1, 1]),
        tf.tensor4d([1, 2, 3, 4], [2, 1, 2, 1]),
      ),
    ],
    right: [[3, 7]],
  },
  {
    // TensorFlow.js forgets the mirrored copies; core puts that right, if nothing undoes it.
    kernel: 'MirrorPad',
    measure: () => [
      tf.grad((x) => tf.mirrorPad(x, [[1, 1]], 'reflect'))(tf.ones([3])),
      tf.grad((x) => tf.mirrorPad(x, [[1, 1]], 'symmetric'))(tf.ones([3])),
    ],
    right: [
      [1, 3, 1],
      [2, 1, 2],
    ],
  },
];

/** Which of these ops need a probe; most steps have none. */
export function doubtful(ops: readonly OpUse[]): OpUse[] {
  const seen = new Set<string>();
  return ops.filter(({ kernel, attributes }) => {
    if (seen.has(kernel) || !probesOf(kernel, attributes).length) return false;
    seen.add(kernel);
    return true;
  });
}

/**
 * Measures the gradients of doubtful ops on the active backend, some milliseconds.
 *
 * @throws EspalierError `unsupported-op` for one that is wrong.
 */
export async function probeGradients(ops: readonly OpUse[]): Promise<void> {
  for (const op of ops) {
    for (const { measure, right } of probesOf(op.kernel, op.attributes)) {
      const measured = tf.tidy(measure);
      try {
        for (const [which, expected] of right.entries()) {
          const got = await measured[which]!.data();
          expected.forEach((value, i) => {
            // The values are small, and a defect is large.
            if (!(Math.abs(got[i]! - value) <= 1e-3 * Math.max(1, value)))
              throw wrongGradient(`the TensorFlow.js backend '${tf.getBackend()}'`, op, got[i]!, value);
          });
        }
      } finally {
        tf.dispose(measured);
      }
    }
  }
}

function probesOf(kernel: string, attributes: OpUse['attributes']): Probe[] {
  return PROBES.filter((probe) => probe.kernel === kernel && (probe.concerns?.(attributes) ?? true));
}
