import { inNode } from '@espalier/core/internal';
import { importRuntime } from './import-runtime.js';
import type { Runtime, RuntimeName, RuntimeOptions, RuntimeSession } from './runtime-types.js';
import { onePlace } from './web-session.js';

/**
 * Loads ONNX Runtime, which is an optional peer: nothing is imported before the first program is compiled.
 *
 * @throws EspalierError `executor-unavailable` when the package is not installed, saying what to install.
 */
export async function loadRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const { runtime = runtimeName(options), threads = 1 } = options;
  const name = runtimeName(options);
  const module = typeof runtime === 'object' ? runtime : await importRuntime(name);
  // Without this onnxruntime-web starts threads of its own; later settings change nothing.
  if (name === 'onnxruntime-web') module.env.wasm.numThreads ??= threads;
  return {
    name,
    Tensor: module.Tensor as Runtime['Tensor'],
    createSession: async (model, sessionOptions) => {
      const session = (await module.InferenceSession.create(
        model as never,
        sessionOptions as never,
      )) as RuntimeSession;
      return name === 'onnxruntime-web' ? onePlace(session) : session;
    },
  };
}

/** The package that options ask for. */
export function runtimeName({ runtime }: RuntimeOptions): RuntimeName {
  if (typeof runtime === 'string') return runtime;
  if (runtime === undefined) return inNode() ? 'onnxruntime-node' : 'onnxruntime-web';
  return runtime.env.versions.node === undefined ? 'onnxruntime-web' : 'onnxruntime-node';
}
