import type { StockKernels, KernelPatch } from './kernel-patch.js';
import type { KernelArguments, WebgpuKernel } from '../webgpu-backend.js';
import { withoutSplitProduct } from './split-product.js';
import { unaryNamed } from './unary.js';

/** Activations whose stock form hides NaN, and the kernel that does not. */
const apart: Readonly<Record<string, string>> = { elu: 'Elu', relu6: 'Relu6', sigmoid: 'Sigmoid' };

/** Fused layers do these activations as a kernel of their own; all else is the stock kernel's. */
export function withOwnActivation(fused: WebgpuKernel, stock: StockKernels): WebgpuKernel {
  return (args) => {
    const name = apart[args.attrs['activation'] as string];
    if (name === undefined) return fused(args);
    const x = fused({ ...args, attrs: { ...args.attrs, activation: 'linear' } });
    const result = unaryNamed(name).build(stock)({ inputs: { x }, attrs: {}, backend: args.backend });
    args.backend.disposeData(x.dataId);
    return result;
  };
}

const innerOfConvolution = ({ inputs }: KernelArguments): number => {
  const [height, width, channels] = inputs['filter']!.shape as [number, number, number, number];
  return height * width * channels;
};

/** Convolutions with an activation. */
export const fusedConvolutions: readonly KernelPatch[] = [
  {
    kernelName: 'FusedConv2D',
    reason: 'activations elu, relu6 and sigmoid hid NaN; a long sum over one image came out in any order',
    build: (stock) =>
      withOwnActivation(withoutSplitProduct(stock.get('FusedConv2D'), innerOfConvolution), stock),
  },
  {
    kernelName: 'FusedDepthwiseConv2D',
    reason: 'activations elu, relu6 and sigmoid hid NaN',
    build: (stock) => withOwnActivation(stock.get('FusedDepthwiseConv2D'), stock),
  },
];

/** Convolutions without one. */
export const conv2D: KernelPatch = {
  kernelName: 'Conv2D',
  reason: 'a long sum over one image came out in any order',
  build: (stock) => withoutSplitProduct(stock.get('Conv2D'), innerOfConvolution),
};
