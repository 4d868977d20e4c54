import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { valuesOf, type WasmBackend } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

const reason = 'copied every value; tensors never change, so two of them may share their data';

/** A second tensor on the same data, as `reshape` and the cpu backend make it. */
export const identity: KernelPatch = {
  kernelName: 'Identity',
  reason,
  build:
    () =>
    ({ inputs, backend }) =>
      share(backend, inputs['x']!),
};

/** A cast to the same type shares the data; one of floats to bool is true for all but 0 (NaN too); any other is stock. */
export const cast: KernelPatch = {
  kernelName: 'Cast',
  reason,
  build: (stock) => {
    const convert = stock.get('Cast');
    return (args) => {
      const x = args.inputs['x']!;
      const dtype = args.attrs['dtype'] as DataType;
      if (x.dtype === dtype) return share(args.backend, x);
      if (dtype !== 'bool' || x.dtype === 'string') return convert(args);
      const out = args.backend.makeOutput(x.shape, 'bool');
      const from = valuesOf(args.backend, x);
      const to = valuesOf(args.backend, out);
      for (let i = 0; i < from.length; i++) to[i] = from[i] === 0 ? 0 : 1;
      return out;
    };
  },
};

function share(backend: WasmBackend, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}
