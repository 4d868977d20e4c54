import { EspalierError } from '@espalier/core';
import type { Values, WebgpuBackend } from './webgpu-backend.js';

const watchedKey = Symbol.for('@espalier/backend-webgpu/watched');

interface DeviceState {
  lost?: string;
  failure?: { readonly message: string; readonly outOfMemory: boolean };
}

type Watched = WebgpuBackend & { [watchedKey]?: DeviceState };

/** True when the device is gone and the backend has to be made again. */
export function isLost(backend: WebgpuBackend): boolean {
  return (backend as Watched)[watchedKey]?.lost !== undefined;
}

/** Forgets an error that was reported: what is left of the operations that it spoiled goes to waste. */
export async function recover(backend: WebgpuBackend): Promise<void> {
  const state = (backend as Watched)[watchedKey];
  if (!state?.failure) return;
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
  // The errors of what was just submitted come as events of their own.
  await new Promise((resolve) => setTimeout(resolve));
  state.failure = undefined;
}

/**
 * Makes errors that WebGPU only logs, and the loss of the device, errors of every operation and reading from then on:
 * without it the values would be garbage or zeros.
 */
export function reportDeviceErrors(backend: WebgpuBackend): void {
  const watched = backend as Watched;
  if (watched[watchedKey]) return;
  const state: DeviceState = (watched[watchedKey] = {});
  let disposed = false;
  const { device } = backend;
  void device.lost.then(({ reason, message }) => {
    if (!disposed) state.lost = message || reason;
  });
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    state.failure ??= {
      message: event.error.message,
      outOfMemory: event.error.constructor.name === 'GPUOutOfMemoryError',
    };
  });

  const run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (...args) => {
    check(state);
    return run(...args);
  };
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    check(state);
    const values = readSync(dataId);
    check(state);
    return values;
  };
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    check(state);
    let values: Values | undefined;
    try {
      values = (await read(dataId)) as Values;
    } catch (cause) {
      check(state, cause);
      throw cause;
    }
    check(state);
    return values;
  };
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    disposed = true;
    dispose();
    device.destroy();
  };
}

function check(state: DeviceState, cause?: unknown): void {
  if (state.lost !== undefined)
    throw new EspalierError({
      code: 'execution-failed',
      scope: 'backend-webgpu',
      message:
        `the GPU device was lost (${firstLine(state.lost)}), and with it every value on it: activate the backend ` +
        'again, which starts a new device, and resume from a checkpoint.',
      cause,
    });
  if (!state.failure) return;
  const { message, outOfMemory } = state.failure;
  throw new EspalierError({
    code: outOfMemory ? 'out-of-memory' : 'execution-failed',
    scope: 'backend-webgpu',
    message:
      `an operation failed on the GPU (${firstLine(message)}), and values computed since may be wrong: ` +
      `${outOfMemory ? 'use smaller batches or a smaller model, ' : ''}activate the backend again to go on, and ` +
      'resume from a checkpoint.',
    cause,
  });
}

const firstLine = (message: string): string => message.split('\n')[0]!.replace(/\.$/, '');
