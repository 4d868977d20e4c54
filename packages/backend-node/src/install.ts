import * as tf from '@tensorflow/tfjs-core';
import { kernelPatches } from './kernel-list.js';
import type { NodeKernel, StockKernels } from './kernels/kernel-patch.js';

/** What was put right, by name. */
export interface KernelReport {
  /** Kernels that TensorFlow.js had wrong, or that refused what other backends do. */
  readonly replaced: readonly string[];
  /** Kernels that it did not have. */
  readonly supplied: readonly string[];
  /** Why, by kernel name. */
  readonly reasons: Readonly<Record<string, string>>;
}

const BACKEND = 'tensorflow';
// The ESM and the CommonJS build of this package share TensorFlow.js's registries, so they share this too.
const installedKey = Symbol.for('@espalier/backend-node/installed');
const shared = globalThis as { [installedKey]?: KernelReport };

const stock: StockKernels = {
  get(kernelName) {
    const kernel = tf.getKernel(kernelName, BACKEND);
    if (!kernel) throw new Error(`tfjs-node has no kernel ${kernelName}.`);
    return kernel.kernelFunc as unknown as NodeKernel;
  },
};

/** Registers every patch for the backend, once a process. */
export function installKernels(): KernelReport {
  const known = shared[installedKey];
  if (known) return known;
  const [replaced, supplied] = [new Set<string>(), new Set<string>()];
  const reasons: Record<string, string[]> = {};
  const why = (kernelName: string, reason: string): void => {
    (reasons[kernelName] ??= []).push(reason);
  };
  for (const { kernelName, reason, build } of kernelPatches) {
    const kernelFunc = build(stock) as unknown as tf.KernelFunc;
    const config = tf.getKernel(kernelName, BACKEND);
    if (config) tf.unregisterKernel(kernelName, BACKEND);
    if (!supplied.has(kernelName)) (config ? replaced : supplied).add(kernelName);
    tf.registerKernel({ ...config, kernelName, backendName: BACKEND, kernelFunc });
    why(kernelName, reason);
  }
  const report: KernelReport = {
    replaced: [...replaced],
    supplied: [...supplied],
    reasons: Object.fromEntries(Object.entries(reasons).map(([name, list]) => [name, list.join('; ')])),
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
 * const { replaced, reasons } = kernelReport();
 * for (const name of replaced) console.log(name, reasons[name]);
 * ```
 */
export function kernelReport(): KernelReport {
  return shared[installedKey] ?? { replaced: [], supplied: [], reasons: {} };
}
