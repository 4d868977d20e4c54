import { slice_util } from '@tensorflow/tfjs-core';
import { addressOf, heapBytes, heapInts, sizeOfShape } from '../wasm-backend.js';
import type { KernelPatch } from './kernel-patch.js';

/** A block of `x`, copied run by run straight from the source. */
export const slice: KernelPatch = {
  kernelName: 'Slice',
  reason: 'copied the whole source first',
  build: (stock) => (args) => {
    const { inputs, attrs, backend } = args;
    const x = inputs['x']!;
    if (x.dtype === 'string') return stock.get('Slice')(args);
    const [begin, size] = slice_util.parseSliceParams(
      x as never,
      attrs['begin'] as number[],
      attrs['size'] as number[],
    ) as [number[], number[]];
    slice_util.assertParamsValid(x as never, begin, size);
    const out = backend.makeOutput(size, x.dtype);
    if (sizeOfShape(size) === 0) return out;
    const bytesPerValue = x.dtype === 'bool' ? 1 : 4;
    const heap = bytesPerValue === 1 ? heapBytes(backend) : heapInts(backend);
    const source = addressOf(backend, x) / bytesPerValue;
    let target = addressOf(backend, out) / bytesPerValue;

    // Trailing axes that are taken whole make one run with the axis before them.
    let axis = x.shape.length - 1;
    let run = 1;
    while (axis > 0 && size[axis] === x.shape[axis]) run *= x.shape[axis--]!;
    const step = run;
    const length = axis >= 0 ? run * size[axis]! : 1;
    const copy = (level: number, from: number, stride: number): void => {
      if (level >= axis) {
        const start = from + (axis >= 0 ? begin[axis]! * step : 0);
        heap.copyWithin(target, start, start + length);
        target += length;
        return;
      }
      const inner = stride / x.shape[level]!;
      for (let i = 0; i < size[level]!; i++) copy(level + 1, from + (begin[level]! + i) * inner, inner);
    };
    copy(0, source, sizeOfShape(x.shape));
    return out;
  },
};
