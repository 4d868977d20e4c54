import * as tf from '@tensorflow/tfjs-core';
import { prepareTfjs } from '../prepare-tfjs.js';
import { replaceKernel } from '../tfjs-internals.js';
import type { KernelPatch, KernelReport } from './kernel-patch.js';

// The ESM and the CommonJS build of a package share TensorFlow.js' registries, so they share this too.
const key = Symbol.for('espalier.kernel-reports');
const shared = globalThis as { [key]?: Record<string, KernelReport> };

/**
 * Registers every patch for a backend that is started, once a process. A later patch of the same kernel builds on an
 * earlier one.
 */
export function patchKernels<Kernel>(
  backendName: string,
  patches: readonly KernelPatch<Kernel>[],
): KernelReport {
  prepareTfjs();
  const reports = (shared[key] ??= {});
  const known = reports[backendName];
  if (known) return known;
  const current = new Map<string, tf.KernelFunc>();
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend(backendName))
    current.set(kernelName, kernelFunc);
  const stockNames = new Set(current.keys());
  const reasons: Record<string, string> = {};
  for (const { kernelName, reason, build } of patches) {
    const before = new Map(current);
    const kernel = build({
      get(name) {
        const stock = before.get(name);
        if (!stock) throw new Error(`The ${backendName} backend has no kernel ${name}.`);
        return stock as unknown as Kernel;
      },
    }) as unknown as tf.KernelFunc;
    replaceKernel(kernelName, backendName, kernel);
    current.set(kernelName, kernel);
    reasons[kernelName] = kernelName in reasons ? `${reasons[kernelName]}; ${reason}` : reason;
  }
  const names = Object.keys(reasons);
  return (reports[backendName] = {
    replaced: names.filter((name) => stockNames.has(name)),
    supplied: names.filter((name) => !stockNames.has(name)),
    reasons,
  });
}

/** What {@link patchKernels} did for a backend; empty lists before. */
export function reportKernels(backendName: string): KernelReport {
  return shared[key]?.[backendName] ?? { replaced: [], supplied: [], reasons: {} };
}
