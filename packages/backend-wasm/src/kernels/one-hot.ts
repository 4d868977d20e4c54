import type { DataType } from '@tensorflow/tfjs-core';
import { sizeOfShape, valuesOf } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** Rows with `onValue` where the index says and `offValue` elsewhere; an index out of range gives a row of `offValue`. */
export const oneHot: KernelPatch = {
  kernelName: 'OneHot',
  reason: 'asked for floats or bools it wrote 32-bit integers, for bools past the end of the tensor',
  build:
    () =>
    ({ inputs, attrs, backend }) => {
      const indices = inputs['indices']!;
      const { dtype, depth, onValue, offValue } = attrs as {
        readonly dtype: DataType;
        readonly depth: number;
        readonly onValue: number;
        readonly offValue: number;
      };
      const out = backend.makeOutput([...indices.shape, depth], dtype);
      const values = valuesOf(backend, out).fill(offValue);
      const at = valuesOf(backend, indices);
      for (let row = 0; row < sizeOfShape(indices.shape); row++) {
        const index = at[row]!;
        if (index >= 0 && index < depth) values[row * depth + index] = onValue;
      }
      return out;
    },
};
