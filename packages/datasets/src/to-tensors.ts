import type { Batch, HostArray, HostArrays, HostBatch, Tensors } from '@espalier/core';
import { toTensorData } from '@espalier/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * A batch as tensors: bytes scaled to float32, everything `[N, ...]` of the dtype that its data set states.
 *
 * The tensors share no memory with `batch`.
 *
 * @returns `inputs`, `targets` and, where the data has them, `weights`, by name. The caller disposes them
 *   (`tf.dispose(result)`), or calls inside `tf.tidy`.
 * @example
 * ```ts
 * const { inputs, targets } = toTensors(batch);
 * const logits = model.apply(inputs.input);
 * ```
 */
export function toTensors({ inputs, targets, weights }: HostBatch): Batch {
  // Inside tidy, so that nothing is left behind when memory runs out half-way.
  return tf.tidy(() => ({
    inputs: tensorsOf(inputs),
    targets: tensorsOf(targets),
    ...(weights && { weights: tensorsOf(weights) }),
  }));
}

function tensorsOf(arrays: HostArrays): Tensors {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, tensorOf(array)]));
}

function tensorOf(array: HostArray): tf.Tensor {
  const values = toTensorData(array);
  // The cpu and webgpu backends keep the array that they are given.
  return tf.tensor(values === array.data ? values.slice() : values, [...array.shape], array.dtype);
}
