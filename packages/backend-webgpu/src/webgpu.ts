import * as tf from '@tensorflow/tfjs-core';
import {
  type Availability,
  type Backend,
  EspalierError,
  isEspalierError,
  option,
  readOptions,
} from '@espalier/core';
import { inNode, startInTurn } from '@espalier/core/internal';
import { findGpu, type GpuSource, installGlobals, type NoGpu } from './gpu.js';
import type { GpuAdapter, PowerPreference } from './gpu-types.js';
import { isRunning, prepareBackend, registerBackend } from './start.js';
import { loadTfjsWebgpu, type WebgpuBackendClass } from './tfjs-webgpu.js';

const scope = 'backend-webgpu';

/** Options of {@link webgpu}. */
export interface WebgpuOptions {
  /** Which of several GPUs: `'high-performance'` (default) or `'low-power'`. */
  readonly powerPreference?: PowerPreference;
  /**
   * In Node: what Dawn is started with, as the npm package `webgpu` takes it, e.g. `['adapter=NVIDIA']`,
   * `['backend=vulkan']`. Default none. Unused where there is a `navigator.gpu`.
   */
  readonly dawnFlags?: readonly string[];
}

/**
 * The TensorFlow.js WebGPU backend, in browsers and in Node, made fit for training.
 *
 * In Node WebGPU comes from the npm package `webgpu` (Dawn). Activation starts a device, makes WebGPU global where it
 * is not, puts the kernels of {@link kernelReport} right, makes `dataSync()` work in Node, and makes errors of the
 * GPU and the loss of the device errors of the next operation.
 *
 * @param options which GPU.
 * @returns a backend for `useBackend()`; its `activate()` may be called again at any time, and starts a new device when
 *   the old one was lost. `isAvailable()` loads packages and asks for an adapter, and sets nothing.
 * @throws EspalierError `invalid-option` at once; `activate()` throws `backend-unavailable` or `two-copies`.
 * @example
 * ```ts
 * import { webgpu } from '@espalier/backend-webgpu';
 * const backend = webgpu({ powerPreference: 'high-performance' });
 * const availability = await backend.isAvailable();
 * if (!availability.available) console.log(availability.reason, availability.fix);
 * ```
 */
export function webgpu(options: WebgpuOptions = {}): Backend {
  const settings = readOptions(scope, options, {
    powerPreference: option.oneOf(['high-performance', 'low-power'], { default: 'high-performance' }),
    dawnFlags: option.custom<readonly string[]>({
      default: [],
      expected: "an array of strings such as 'backend=vulkan'",
      accepts: (value) =>
        Array.isArray(value) && value.every((flag) => typeof flag === 'string' && flag.includes('=')),
    }),
  }).values;
  return {
    name: 'webgpu',
    async isAvailable(): Promise<Availability> {
      const found = await findParts(settings);
      if (!('reason' in found)) return { available: true };
      const { reason, fix } = found;
      return { available: false, reason, fix };
    },
    activate: () =>
      startInTurn(async () => {
        if (!isRunning()) await start(settings);
        await tf.setBackend('webgpu');
        await prepareBackend();
      }),
  };
}

type Settings = Required<WebgpuOptions>;

interface Parts {
  readonly source: GpuSource;
  readonly adapter: GpuAdapter;
  readonly WebGPUBackend: WebgpuBackendClass;
}

async function start(settings: Settings): Promise<void> {
  const parts = await findParts(settings);
  if ('reason' in parts)
    throw new EspalierError({
      code: 'twoCopies' in parts ? 'two-copies' : 'backend-unavailable',
      scope,
      message: `${parts.reason}: ${parts.fix}.`,
    });
  try {
    installGlobals(parts.source);
    await registerBackend(parts.adapter, parts.WebGPUBackend);
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    throw new EspalierError({
      code: 'backend-unavailable',
      scope,
      message: `the GPU gave no device: ${String(cause)}. Close other programs that use it, or use another backend.`,
      cause,
    });
  }
}

async function findParts({
  powerPreference,
  dawnFlags,
}: Settings): Promise<Parts | (NoGpu & { twoCopies?: true })> {
  const WebGPUBackend = await loadTfjsWebgpu();
  if ('reason' in WebGPUBackend) return WebGPUBackend;
  const source = await findGpu(dawnFlags);
  if ('reason' in source) return source;
  let adapter: GpuAdapter | null = null;
  let why = '';
  try {
    adapter = await source.gpu.requestAdapter({ powerPreference });
  } catch (error) {
    why = ` (${String(error)})`;
  }
  if (!adapter) return { reason: `WebGPU finds no GPU adapter${why}`, fix: adapterFix() };
  const lacking = Object.entries(needed).find(([limit, least]) => !((adapter.limits[limit] ?? 0) >= least));
  if (lacking)
    return {
      reason: `the GPU adapter has ${lacking[0]} ${adapter.limits[lacking[0]]}, and ${lacking[1]} are needed`,
      fix: 'use a GPU and driver with Vulkan, Metal or Direct3D 12, or another backend',
    };
  return { source, adapter, WebGPUBackend };
}

/** What every full WebGPU adapter has; compatibility adapters may have less. */
const needed: Readonly<Record<string, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
};

function adapterFix(): string {
  if (!inNode())
    return 'switch hardware acceleration on in the browser, update the graphics driver, or use another backend';
  const general = 'install the driver of the GPU, or use another backend';
  return process.platform === 'linux'
    ? `${general}; on Linux it takes a Vulkan driver and the Vulkan loader libvulkan.so.1 (apt-get install libvulkan1). ` +
        "To try it without a GPU, start node with the software one of Debian's chromium: " +
        'VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json LD_LIBRARY_PATH=/usr/lib/chromium'
    : general;
}
