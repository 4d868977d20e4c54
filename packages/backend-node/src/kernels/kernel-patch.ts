import type { KernelFunc, NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** The kernels of tfjs-node as they were before any patch. */
export interface StockKernels {
  /** @throws Error when the backend has no kernel of that name. */
  get(kernelName: string): NodeKernel;
}

/** A kernel as TensorFlow.js calls it. Those of tfjs-node answer with tensors. */
export type NodeKernel = (args: KernelArguments) => Tensor;

/** The arguments of a kernel. */
export interface KernelArguments {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: Parameters<KernelFunc>[0]['backend'];
}

/** One kernel that this package puts right. */
export interface KernelPatch {
  /** The kernel's name in TensorFlow.js's registry. */
  readonly kernelName: string;
  /** What was the matter with the stock kernel, in a few words. */
  readonly reason: string;
  /** Builds the kernel; `stock` answers with what was registered before. */
  build(stock: StockKernels): NodeKernel;
}
