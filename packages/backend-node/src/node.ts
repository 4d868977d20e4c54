import type { Backend } from '@espalier/core';
import { type NodeOptions, tensorflowBackend } from './tensorflow-backend.js';

/**
 * The TensorFlow.js backend on the native library TensorFlow, on the CPU: `@tensorflow/tfjs-node`, loaded at runtime.
 *
 * Activation loads the package without its greetings, and puts the kernels of {@link kernelReport} right for every
 * program in the process, `model.fit` included. {@link Backend.isAvailable} loads the native library to know that it
 * loads, and registers nothing.
 *
 * @param options where the package lies, and threads.
 * @returns a backend for `useBackend()`, named `tensorflow` as TensorFlow.js has it; its `activate()` may be called
 * again at any time.
 * @throws EspalierError `invalid-option` at once; `activate()` throws `backend-unavailable` or `two-copies`.
 * @example
 * ```ts
 * const chosen = await useBackend(firstAvailable(node(), wasm()));
 * ```
 */
export function node(options: NodeOptions = {}): Backend {
  return tensorflowBackend(
    {
      scope: 'backend-node',
      packageName: '@tensorflow/tfjs-node',
      otherwise: 'use wasm() of @espalier/backend-wasm, or compiled steps, which need no download',
      libraryFix:
        'the library it names belongs into deps/lib of the package: npm rebuild @tensorflow/tfjs-node, with ' +
        'storage.googleapis.com within reach',
    },
    options,
  );
}
