import { EspalierError } from '@espalier/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelPatch } from './kernel-patch.js';

const named = (kernelName: string): KernelPatch => ({
  kernelName,
  reason: 'the error of shapes that do not match named neither the operation nor the shapes',
  build(stock) {
    const product = stock.get(kernelName);
    return (args) => {
      const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
      const left = a.shape.at(args.attrs['transposeA'] ? -2 : -1);
      const right = b.shape.at(args.attrs['transposeB'] ? -1 : -2);
      if (left === right) return product(args);
      const message = `matMul of [${a.shape}] and [${b.shape}]: the inner dimensions ${left} and ${right} must be equal.`;
      throw new EspalierError({ code: 'invalid-data', scope: 'backend-node', message });
    };
  },
});

/** Matrix products that say what does not match. */
export const matMul: readonly KernelPatch[] = [named('BatchMatMul'), named('_FusedMatMul')];
