import type * as core from '@espalier/core/internal';
import type { WebgpuKernel } from '../webgpu-backend.js';

/** The kernels as they were before a patch. */
export type StockKernels = core.StockKernels<WebgpuKernel>;

/** One kernel that this package puts right. */
export type KernelPatch = core.KernelPatch<WebgpuKernel>;
