import * as tf from '@tensorflow/tfjs-core';
import { importFailure, registeredBackends } from '@espalier/core/internal';
import type { NoGpu } from './gpu.js';
import type { GpuDevice } from './gpu-types.js';
import type { WebgpuBackend } from './webgpu-backend.js';

/** The class that `@tensorflow/tfjs-backend-webgpu` exports. */
export type WebgpuBackendClass = new (device: GpuDevice, adapterInfo: unknown) => WebgpuBackend;

/**
 * Loads `@tensorflow/tfjs-backend-webgpu`, an optional peer, and takes back that loading it registers a backend: which
 * one is the default stays as it was.
 */
export async function loadTfjsWebgpu(): Promise<
  WebgpuBackendClass | (NoGpu & { readonly twoCopies?: true })
> {
  const registered = registeredBackends().includes('webgpu');
  let loaded: { readonly WebGPUBackend: WebgpuBackendClass };
  try {
    loaded = (await import('@tensorflow/tfjs-backend-webgpu')) as unknown as typeof loaded;
  } catch (cause) {
    return importFailure('@tensorflow/tfjs-backend-webgpu', cause);
  }
  if (!registered && registeredBackends().includes('webgpu')) tf.removeBackend('webgpu');
  if (!(loaded.WebGPUBackend.prototype instanceof tf.KernelBackend))
    return {
      twoCopies: true,
      reason: '@tensorflow/tfjs-backend-webgpu brings a second copy of @tensorflow/tfjs-core',
      fix:
        'install both in one version beside each other (npm ls @tensorflow/tfjs-core shows the copies), or let the ' +
        "bundler take one (Vite: resolve.dedupe: ['@tensorflow/tfjs-core'])",
    };
  return loaded.WebGPUBackend;
}
