import { type KernelReport, reportKernels } from '@espalier/core/internal';

/**
 * The kernels that this package puts right.
 *
 * @returns their names and reasons; empty lists before the first activation.
 * @example
 * ```ts
 * import { kernelReport, wasm } from '@espalier/backend-wasm';
 * await wasm().activate();
 * console.log(kernelReport().supplied.includes('Conv2DBackpropFilter')); // true
 * ```
 */
export function kernelReport(): KernelReport {
  return reportKernels('wasm');
}
