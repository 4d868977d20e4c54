import { importPeer, inNode } from '@espalier/core/internal';
import type { OnnxRuntimeModule, RuntimeName } from './runtime-types.js';

/**
 * Imports ONNX Runtime, an optional peer.
 *
 * In Node the name is no literal at the call of `import`, so that bundlers for browsers leave it alone. The import for
 * browsers is a literal in a `try`, so that bundlers take along what is installed and let what is not be absent. There is one:
 * each build of onnxruntime-web that is named brings a .wasm file of 14 to 27 MB of its own into every bundle.
 *
 * @throws EspalierError `executor-unavailable`, saying what to install.
 */
export async function importRuntime(name: RuntimeName): Promise<OnnxRuntimeModule> {
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
      return (await import('onnxruntime-web/wasm')) as unknown;
    } catch (cause) {
      throw cause as Error;
    }
  });
  return ((loaded as { default?: unknown }).default ?? loaded) as OnnxRuntimeModule;
}
