import { type KernelReport, reportKernels } from '@espalier/core/internal';

/**
 * The kernels that this package puts right.
 *
 * @returns their names and reasons; empty lists before the first activation.
 * @example
 * ```ts
 * import { kernelReport, webgpu } from '@espalier/backend-webgpu';
 * await webgpu().activate();
 * console.log(kernelReport().replaced.includes('MaxPoolGrad')); // true
 * ```
 */
export function kernelReport(): KernelReport {
  return reportKernels('webgpu');
}
