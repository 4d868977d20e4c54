import { EspalierError } from '@espalier/core';
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
  try {
    let loaded: unknown;
    if (isNode() || name === 'onnxruntime-node')
      loaded = await import(/* @vite-ignore */ /* webpackIgnore: true */ name as string);
    else if (device === 'webgpu') loaded = await import('onnxruntime-web/webgpu');
    else loaded = await import('onnxruntime-web/wasm');
    return ((loaded as { default?: unknown }).default ?? loaded) as OnnxRuntimeModule;
  } catch (cause) {
    throw new EspalierError({
      code: 'executor-unavailable',
      scope: 'compile',
      message: `Compiled steps need ONNX Runtime, and "${name}" could not be loaded: npm install ${name}. (${(cause as Error).message})`,
      cause,
    });
  }
}

/** True in Node, and in what calls itself so. */
export function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}
