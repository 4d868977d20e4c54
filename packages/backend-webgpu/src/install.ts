import * as tf from '@tensorflow/tfjs-core';
import { kernelPatches } from './kernel-list.js';
import type { StockKernels } from './kernels/kernel-patch.js';
import type { WebgpuKernel } from './webgpu-backend.js';

/** What was put right, by name. */
export interface KernelReport {
  /** Kernels that TensorFlow.js had wrong or slow. */
  readonly replaced: readonly string[];
  /** Kernels that it did not have. */
  readonly supplied: readonly string[];
  /** Why, by kernel name. */
  readonly reasons: Readonly<Record<string, string>>;
}

// The ESM and the CommonJS build of this package share TensorFlow.js's registries, so they share this too.
const installedKey = Symbol.for('@espalier/backend-webgpu/installed');
const shared = globalThis as { [installedKey]?: KernelReport };

/** Registers every patch for the webgpu backend, once a process. */
export function installKernels(): KernelReport {
  const known = shared[installedKey];
  if (known) return known;
  const before = new Map<string, tf.KernelConfig>();
  for (const kernel of tf.getKernelsForBackend('webgpu')) before.set(kernel.kernelName, kernel);
  const stock: StockKernels = {
    get(kernelName) {
      const kernel = before.get(kernelName);
      if (!kernel) throw new Error(`The webgpu backend has no kernel ${kernelName}.`);
      return kernel.kernelFunc as unknown as WebgpuKernel;
    },
  };
  const replaced: string[] = [];
  const supplied: string[] = [];
  for (const patch of kernelPatches) {
    const config = before.get(patch.kernelName);
    if (config) tf.unregisterKernel(patch.kernelName, 'webgpu');
    (config ? replaced : supplied).push(patch.kernelName);
    tf.registerKernel({
      // The set-up function stays: what wraps the stock kernel needs it if the backend is made again.
      ...config,
      kernelName: patch.kernelName,
      backendName: 'webgpu',
      kernelFunc: patch.build(stock) as unknown as tf.KernelFunc,
    });
  }
  const report: KernelReport = {
    replaced,
    supplied,
    reasons: Object.fromEntries(kernelPatches.map(({ kernelName, reason }) => [kernelName, reason])),
  };
  shared[installedKey] = report;
  return report;
}

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
  return shared[installedKey] ?? { replaced: [], supplied: [], reasons: {} };
}
