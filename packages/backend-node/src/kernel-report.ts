import { type KernelReport, reportKernels } from '@espalier/core/internal';

/**
 * The kernels that this package puts right.
 *
 * @returns their names and reasons; empty lists before the first activation.
 * @example
 * ```ts
 * const { replaced, reasons } = kernelReport();
 * for (const name of replaced) console.log(name, reasons[name]);
 * ```
 */
export function kernelReport(): KernelReport {
  return reportKernels('tensorflow');
}
