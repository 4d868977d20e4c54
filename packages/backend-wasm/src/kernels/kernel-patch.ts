import type * as core from '@espalier/core/internal';
import type { WasmKernel } from '../wasm-backend.js';

/** The kernels as they were before a patch. */
export type StockKernels = core.StockKernels<WasmKernel>;

/** One kernel that this package puts right. */
export type KernelPatch = core.KernelPatch<WasmKernel>;
