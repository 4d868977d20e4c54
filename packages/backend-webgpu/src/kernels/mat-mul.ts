import { broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { reshaped, sizeOfShape, type KernelArguments, type WebgpuKernel } from '../webgpu-backend.js';
import { withOwnActivation } from './fused-activations.js';
import type { KernelPatch, StockKernels } from './kernel-patch.js';
import { filled } from './program.js';
import { withoutSplitProduct } from './split-product.js';

/** Products of matrices, batched, each side broadcast where the other is longer. */
export const batchMatMul: KernelPatch = {
  kernelName: 'BatchMatMul',
  reason:
    'long sums were wrong with a transposed second operand, and came out in any order; threw where both sides broadcast',
  build: (stock) => inOneBatch(withoutSplitProduct(stock.get('BatchMatMul'), innerLength), stock),
};

/** The same with bias and activation, of matrices. */
export const fusedMatMul: KernelPatch = {
  kernelName: '_FusedMatMul',
  reason: 'as BatchMatMul; activations elu, relu6 and sigmoid hid NaN',
  build: (stock) => withOwnActivation(withoutSplitProduct(stock.get('_FusedMatMul'), innerLength), stock),
};

function innerLength({ inputs, attrs }: KernelArguments): number {
  return inputs['a']!.shape.at(attrs['transposeA'] ? -2 : -1)!;
}

/** The stock product knows one batch size for both, or 1 for one of them. */
function inOneBatch(product: WebgpuKernel, stock: StockKernels): WebgpuKernel {
  return (args) => {
    const { inputs, attrs, backend } = args;
    const [a, b] = [inputs['a']!, inputs['b']!];
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const rows = a.shape.at(attrs['transposeA'] ? -1 : -2)!;
    const columns = b.shape.at(attrs['transposeB'] ? -2 : -1)!;
    // A sum of nothing.
    if (innerLength(args) === 0) return filled(backend, [...batch, rows, columns], 'float32', 0);
    const size = sizeOfShape(batch);
    const fits = (own: readonly number[]): boolean => [1, size].includes(sizeOfShape(own));
    if (fits(batchA) && fits(batchB)) return product(args);
    const repeat = (x: TensorInfo, own: readonly number[]): TensorInfo => {
      const padded = [...batch.map(() => 1).slice(own.length), ...own];
      const full = reshaped(backend, x, [...padded, ...x.shape.slice(-2)]);
      const reps = [...batch.map((extent, axis) => extent / padded[axis]!), 1, 1];
      const tiled = stock.get('Tile')({ inputs: { x: full }, attrs: { reps }, backend });
      backend.disposeData(full.dataId);
      return tiled;
    };
    const [wholeA, wholeB] = [repeat(a, batchA), repeat(b, batchB)];
    const result = product({ ...args, inputs: { a: wholeA, b: wholeB } });
    for (const { dataId } of [wholeA, wholeB]) backend.disposeData(dataId);
    return result;
  };
}
