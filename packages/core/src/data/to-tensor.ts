import * as tf from '@tensorflow/tfjs-core';
import { type HostArray, toTensorData } from './arrays.js';

/**
 * The tensor of an array, the caller's to dispose. The cpu and webgpu backends keep the array they are given: `copy` where
 * somebody else may write to it.
 */
export function toTensor(array: HostArray, copy = false): tf.Tensor {
  const data = toTensorData(array);
  return tf.tensor(copy && data === array.data ? data.slice() : data, [...array.shape], array.dtype);
}
