import { backendRuns, patchKernels, registeredBackends } from '@espalier/core/internal';
import * as tf from '@tensorflow/tfjs-core';
import { isLost, recover, reportDeviceErrors } from './device-errors.js';
import type { GpuAdapter } from './gpu-types.js';
import { kernelPatches } from './kernel-list.js';
import { supplySyncRead } from './sync-read.js';
import type { WebgpuBackendClass } from './tfjs-webgpu.js';
import type { Values, WebgpuBackend } from './webgpu-backend.js';

const preparedKey = Symbol.for('@espalier/backend-webgpu/prepared');

/** True when it runs; a backend that lost its device is taken away. */
export function isRunning(): boolean {
  if (!backendRuns('webgpu')) return false;
  if (!isLost(tf.findBackend('webgpu') as unknown as WebgpuBackend)) return true;
  tf.removeBackend('webgpu');
  return false;
}

/** Starts a device with all that the adapter can do, and registers the backend. */
export async function registerBackend(adapter: GpuAdapter, WebGPUBackend: WebgpuBackendClass): Promise<void> {
  const { limits } = adapter;
  const requiredLimits: Record<string, number> = {};
  for (const name of [
    'maxBufferSize',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupSizeX',
    'maxComputeWorkgroupStorageSize',
    'maxComputeWorkgroupsPerDimension',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
  ])
    if (limits[name] !== undefined) requiredLimits[name] = limits[name];
  const requiredFeatures = ['timestamp-query', 'bgra8unorm-storage'].filter((name) =>
    adapter.features.has(name),
  );
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  if (registeredBackends().includes('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info), 3);
}

/** Puts right what runs; every part of it once. */
export async function prepareBackend(): Promise<void> {
  // Small tensors would be computed in JavaScript while they are not on the GPU yet: other bits after resuming.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  patchKernels('webgpu', kernelPatches);
  const backend = tf.backend() as unknown as WebgpuBackend & { [preparedKey]?: true };
  if (backend[preparedKey]) return recover(backend);
  backend[preparedKey] = true;
  copyWhatIsGiven(backend);
  await supplySyncRead(backend);
  reportDeviceErrors(backend);
}

/** The stock backend keeps the caller's array until it is uploaded: reusing it would change the tensor. */
function copyWhatIsGiven(backend: WebgpuBackend): void {
  const write = backend.write.bind(backend);
  backend.write = (values, shape, dtype) =>
    write(ArrayBuffer.isView(values) ? (values as Values).slice() : values, shape, dtype);
}
