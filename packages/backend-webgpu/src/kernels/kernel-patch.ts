import type { WebgpuKernel } from '../webgpu-backend.js';

/** The kernels of TensorFlow.js as they were before any patch. */
export interface StockKernels {
  /** @throws Error when the webgpu backend has no kernel of that name. */
  get(kernelName: string): WebgpuKernel;
}

/** One kernel that this package puts right. */
export interface KernelPatch {
  /** The kernel's name in TensorFlow.js's registry. */
  readonly kernelName: string;
  /** What was the matter with the stock kernel, in a few words. */
  readonly reason: string;
  /** Builds the kernel; `stock` answers with what was registered before. */
  build(stock: StockKernels): WebgpuKernel;
}
