import { util } from '@tensorflow/tfjs-core';
import { COPY_DST, type GpuDevice, MAP_READ } from './gpu-types.js';
import type { Values, WebgpuBackend } from './webgpu-backend.js';

/** Lets Dawn look for what the GPU has finished. */
type Tick = () => void;

/**
 * Makes `dataSync()` work where there is no canvas to read through, that is in Node.
 *
 * Dawn finishes its work in callbacks of `setImmediate`. One of them is caught here once; calling it until the buffer
 * is there is what waiting for the event loop would do.
 */
export async function supplySyncRead(backend: WebgpuBackend): Promise<void> {
  if (typeof OffscreenCanvas !== 'undefined') return;
  const tick = await catchTick(backend.device);
  // Without it the stock method says that there is no OffscreenCanvas.
  if (!tick) return;
  const stock = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    const { values, dtype, resource } = backend.tensorMap.get(dataId);
    if (values != null || !resource || dtype === 'string' || dtype === 'complex64') return stock(dataId);
    const { size } = resource;
    const staging = backend.bufferManager.acquireBuffer(size, COPY_DST | MAP_READ);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder!.copyBufferToBuffer(resource, 0, staging, 0, size);
    backend.submitQueue();
    staging.mapAsync(MAP_READ).catch(() => undefined);
    spin(tick, () => staging.mapState !== 'pending');
    const bytes = staging.getMappedRange().slice(0);
    staging.unmap();
    backend.bufferManager.releaseBuffer(staging);
    const read = util.convertBackendValuesAndArrayBuffer(bytes, dtype as 'float32') as Values;
    return backend.convertAndCacheOnCPU(dataId, read);
  };
}

async function catchTick(device: GpuDevice): Promise<Tick | undefined> {
  const buffer = device.createBuffer({ size: 4, usage: COPY_DST | MAP_READ });
  let caught: Tick | undefined;
  // Where a callback waits already, Dawn asks for no other one: then another try.
  for (let attempt = 0; attempt < 3 && !caught; attempt++) {
    const schedule = globalThis.setImmediate;
    const watching = (callback: Tick, ...rest: []): NodeJS.Immediate => {
      if (isNative(callback)) caught ??= callback;
      return schedule(callback, ...rest);
    };
    globalThis.setImmediate = watching as typeof setImmediate;
    let mapped: Promise<void>;
    try {
      mapped = buffer.mapAsync(MAP_READ);
    } finally {
      globalThis.setImmediate = schedule;
    }
    await mapped;
    buffer.unmap();
    await new Promise((resolve) => schedule(resolve));
  }
  buffer.destroy();
  return caught;
}

function spin(tick: Tick, done: () => boolean): void {
  const schedule = globalThis.setImmediate;
  let again = false;
  const hold = (callback: Tick, ...rest: []): unknown => {
    if (!isNative(callback)) return schedule(callback, ...rest);
    again = true;
    return undefined;
  };
  globalThis.setImmediate = hold as typeof setImmediate;
  try {
    while (!done()) tick();
  } finally {
    globalThis.setImmediate = schedule;
    if (again) schedule(tick);
  }
}

const isNative = (callback: Tick): boolean =>
  Function.prototype.toString.call(callback).includes('[native code]');
