import { importPeer, inNode } from '@espalier/core/internal';
import type { Device, OnnxRuntimeModule, RuntimeName } from './runtime-types.js';

/**
 * Imports ONNX Runtime, an optional peer.
 *
 * In Node the name is no literal at the call of `import`, so that bundlers for browsers leave it alone. The imports for
 * browsers are literals in a `try`, so that bundlers take along what is installed and let what is not be absent.
 *
 * @throws EspalierError `executor-unavailable`, saying what to install.
 */
export async function importRuntime(name: RuntimeName, device: Device): Promise<OnnxRuntimeModule> {
  const peer = {
    packageName: name,
    scope: 'compile',
    code: 'executor-unavailable',
    need: 'Compiled steps need ONNX Runtime',
  } as const;
  const loaded: unknown = await importPeer(peer, async () => {
    if (inNode() || name === 'onnxruntime-node')
      return import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name as string);
    // Awaited here: bundlers look for the `try` around an import that may be absent.
    try {
      if (device === 'webgpu') return (await import('onnxruntime-web/webgpu')) as unknown;
      return (await import('onnxruntime-web/wasm')) as unknown;
    } catch (cause) {
      throw cause as Error;
    }
  });
  return ((loaded as { default?: unknown }).default ?? loaded) as OnnxRuntimeModule;
}
