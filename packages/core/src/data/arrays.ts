import type { Tensor } from '@tensorflow/tfjs-core';

/** Tensors by name, e.g. parameters: `{ 'hidden_1/kernel': Tensor2D, ... }`. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** The typed arrays that data and weights are kept in outside tensors. */
export type ArrayData = Float32Array | Int32Array | Uint8Array;

/**
 * An n-dimensional array in plain memory, row-major.
 *
 * `data` may be kept smaller than the tensor it becomes: an image as `Uint8Array` with `scale: 1 / 255` becomes a
 * float32 tensor of `data * scale + offset`, converted when a batch is made.
 */
export interface HostArray {
  readonly data: ArrayData;
  readonly shape: readonly number[];
  /** The dtype of the tensor that this becomes. */
  readonly dtype: 'float32' | 'int32';
  /** Default 1; only for `float32`. */
  readonly scale?: number;
  /** Default 0; only for `float32`. */
  readonly offset?: number;
  /**
   * Where the array is rows of a larger one in memory: an executor may take them from there, and `data` copies them when it
   * is first read. Not enumerable, so that a copy of this object stands for itself.
   */
  readonly rows?: RowsOf;
}

/** Rows of an array in memory. */
export interface RowsOf {
  /** The whole, `[N, ...]`. */
  readonly of: HostArray;
  /** The rows that are taken, in this order; each < N. */
  readonly indices: Uint32Array;
}

/** Arrays by name. */
export type HostArrays = Readonly<Record<string, HostArray>>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** The values that the tensor of `array` will have: itself where nothing has to be converted. */
export function toTensorData(array: HostArray): Float32Array | Int32Array {
  const { data, dtype, scale = 1, offset = 0 } = array;
  if (dtype === 'int32') return data instanceof Int32Array ? data : Int32Array.from(data);
  if (data instanceof Float32Array && scale === 1 && offset === 0) return data;
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) values[i] = data[i]! * scale + offset;
  return values;
}
