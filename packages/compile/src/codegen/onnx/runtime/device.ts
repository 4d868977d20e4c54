import { EspalierError } from '@espalier/core';
import { inNode } from '@espalier/core/internal';
import type { NamedValue, Value } from '../../../graph/graph.js';
import { toModel } from '../model.js';
import type { Device, Runtime, RuntimeName, RuntimeOptions, RuntimeSession } from './runtime-types.js';
import { loadRuntime } from './runtime.js';
import { sessionOptions } from './session-options.js';

/** A program that gives each input back as `copy/<name>`: it moves tensors between plain memory and the device. */
export function copySession(
  runtime: Runtime,
  options: RuntimeOptions,
  tensors: readonly (Pick<Value, 'shape' | 'dtype'> & { readonly name: string })[],
  to: 'host' | 'device',
): Promise<RuntimeSession> {
  const inputs = tensors.map(({ name, shape, dtype }): NamedValue => ({
    name,
    value: { shape, dtype, input: name },
  }));
  const outputs = inputs.map(({ name, value }): NamedValue => ({ name: `copy/${name}`, value }));
  const onDevice = to === 'device' ? outputs.map(({ name }) => name) : [];
  return runtime.createSession(
    toModel({ inputs, outputs, nodes: [] }),
    sessionOptions(options, { onDevice }),
  );
}

/** What has been found to work in this process. */
const working = new WeakMap<object, Set<string>>();

/**
 * Why a device does not start, or `undefined` when it does: tried by copying one number there and back.
 *
 * @throws EspalierError `executor-unavailable` when ONNX Runtime is not installed.
 */
export async function deviceProblem(
  options: RuntimeOptions = {},
): Promise<{ reason: string; fix: string; cause: unknown } | undefined> {
  const device = options.device ?? 'cpu';
  if (device === 'webgpu' && !inNode() && typeof options.runtime !== 'object')
    return {
      reason:
        'Device "webgpu" is in a build of its own of onnxruntime-web, of 27 MB, which is not put into every bundle.',
      fix: "Hand it over: import * as ort from 'onnxruntime-web/webgpu', then { device: 'webgpu', runtime: ort }.",
      cause: undefined,
    };
  const runtime = await loadRuntime(options);
  let known = working.get(runtime.Tensor);
  if (!known) working.set(runtime.Tensor, (known = new Set()));
  if (known.has(device)) return undefined;
  try {
    const number = { name: 'x', shape: [1], dtype: 'float32' } as const;
    const session = await copySession(runtime, options, [number], 'host');
    await session.run({ x: new runtime.Tensor('float32', Float32Array.of(1), [1]) }, { 'copy/x': null });
    await session.release();
  } catch (cause) {
    const reason = `Device "${device}" of ${runtime.name} does not start: ${sentence(cause)}`;
    return { reason, fix: fixOf(device, runtime.name, reason), cause };
  }
  known.add(device);
  return undefined;
}

/**
 * Loads ONNX Runtime and makes sure that the device starts.
 *
 * @throws EspalierError `executor-unavailable` with the reason and the fix.
 */
export async function openDevice(options: RuntimeOptions = {}): Promise<Runtime> {
  const problem = await deviceProblem(options);
  if (!problem) return loadRuntime(options);
  const { reason, fix, cause } = problem;
  throw new EspalierError({
    code: 'executor-unavailable',
    scope: 'compile',
    message: `${reason} ${fix}`,
    cause,
  });
}

/** What to do about a device that does not start. */
function fixOf(device: Device, runtime: RuntimeName, reason: string): string {
  if (/must be type of function \w+Array/.test(reason))
    return (
      'This test runner runs programs in a context whose typed arrays are not those that native code makes: give Jest an ' +
      'environment with Node\'s own, as docs/deployment.md shows, or use target "wasm".'
    );
  if (device === 'cuda')
    return (
      'CUDA needs Linux or Windows with CUDA 12 and cuDNN 9, and onnxruntime-node installed with its install script, ' +
      'which fetches the provider. Otherwise use device "cpu" or "webgpu".'
    );
  if (device === 'webgpu' && runtime === 'onnxruntime-node')
    return (
      'WebGPU needs a GPU with its driver; on Linux also the Vulkan loader (libvulkan.so.1, package libvulkan1 of Debian ' +
      'and Ubuntu). Otherwise use device "cpu".'
    );
  if (runtime === 'onnxruntime-web' && /wasm|webassembly/i.test(reason))
    return (
      'Its .wasm file has to be served: beside the bundle, or where env.wasm.wasmPaths of onnxruntime-web says. The ' +
      "development server of Vite does so with optimizeDeps: { exclude: ['onnxruntime-web'] }."
    );
  if (runtime === 'onnxruntime-web')
    return 'WebGPU needs a browser that has navigator.gpu, on a page served by https or from localhost. Otherwise use device "cpu".';
  return 'Reinstall onnxruntime-node, or run eagerly: executor: eager().';
}

function sentence(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  // Where in the runtime's sources it was noticed helps nobody.
  const line = message.replace(/^.* was false\. /s, '').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
