import * as tf from '@tensorflow/tfjs-core';
// Registers the stock gradients: later than ours, it would undo them.
import '@tensorflow/tfjs-layers';
import { gradientPatches, kernelPatches } from './kernel-list.js';
import type { StockKernels } from './kernels/kernel-patch.js';
import type { WasmKernel } from './wasm-backend.js';

/** What was put right, by name. */
export interface KernelReport {
  /** Kernels that TensorFlow.js had wrong or slow. */
  readonly replaced: readonly string[];
  /** Kernels that it did not have. */
  readonly supplied: readonly string[];
  /** Kernels whose gradient is another one now, on every backend. */
  readonly gradients: readonly string[];
  /** Why, by kernel name. */
  readonly reasons: Readonly<Record<string, string>>;
}

// The ESM and the CommonJS build of this package share TensorFlow.js's registries, so they share this too.
const installedKey = Symbol.for('@espalier/backend-wasm/installed');
const shared = globalThis as { [installedKey]?: KernelReport };

/** Registers every patch for the wasm backend, once a process. */
export function installKernels(): KernelReport {
  const known = shared[installedKey];
  if (known) return known;
  const before = new Map<string, tf.KernelConfig>();
  for (const kernel of tf.getKernelsForBackend('wasm')) before.set(kernel.kernelName, kernel);
  const stock: StockKernels = {
    get(kernelName) {
      const kernel = before.get(kernelName);
      if (!kernel) throw new Error(`The wasm backend has no kernel ${kernelName}.`);
      return kernel.kernelFunc as unknown as WasmKernel;
    },
  };
  const replaced: string[] = [];
  const supplied: string[] = [];
  for (const patch of kernelPatches) {
    const config = before.get(patch.kernelName);
    if (config) tf.unregisterKernel(patch.kernelName, 'wasm');
    (config ? replaced : supplied).push(patch.kernelName);
    tf.registerKernel({
      // The set-up function stays: what wraps the stock kernel needs it if the backend is made again.
      ...config,
      kernelName: patch.kernelName,
      backendName: 'wasm',
      kernelFunc: patch.build(stock) as unknown as tf.KernelFunc,
    });
  }
  for (const { kernelName, config } of gradientPatches) {
    if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
    tf.registerGradient(config);
  }
  const report: KernelReport = {
    replaced,
    supplied,
    gradients: gradientPatches.map((patch) => patch.kernelName),
    reasons: Object.fromEntries(
      [...kernelPatches, ...gradientPatches].map(({ kernelName, reason }) => [kernelName, reason]),
    ),
  };
  shared[installedKey] = report;
  return report;
}

/**
 * The kernels and gradients that this package puts right.
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
  return shared[installedKey] ?? { replaced: [], supplied: [], gradients: [], reasons: {} };
}
