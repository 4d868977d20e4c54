import type { TensorInfo } from '@tensorflow/tfjs-core';
import { reshaped, sizeOfShape, type KernelArguments } from '../webgpu-backend.js';
import type { KernelPatch, StockKernels } from './kernel-patch.js';

/** Padding of tensors with five and six axes, one axis after another; of fewer it is stock. */
export const pads: readonly KernelPatch[] = ['PadV2', 'MirrorPad'].map((kernelName) => ({
  kernelName,
  reason: 'the shader for five and six axes does not compile: the result was garbage',
  build: (stock) => (args) =>
    args.inputs['x']!.shape.length > 4 ? axisByAxis(kernelName, args, stock) : stock.get(kernelName)(args),
}));

function axisByAxis(
  kernelName: string,
  { inputs, attrs, backend }: KernelArguments,
  stock: StockKernels,
): TensorInfo {
  const paddings = attrs['paddings'] as [number, number][];
  let current = reshaped(backend, inputs['x']!, inputs['x']!.shape);
  paddings.forEach(([before, after], axis) => {
    if (before + after === 0) return;
    const shape = [...current.shape];
    const folded: TensorInfo = {
      ...current,
      shape: [sizeOfShape(shape.slice(0, axis)), shape[axis]!, sizeOfShape(shape.slice(axis + 1))],
    };
    const own = { ...attrs, paddings: [[0, 0], [before, after], [0, 0]] }; // prettier-ignore
    const padded = stock.get(kernelName)({ inputs: { x: folded }, attrs: own, backend });
    backend.disposeData(current.dataId);
    shape[axis] = before + shape[axis]! + after;
    current = { ...padded, shape };
  });
  return current;
}
