import type { Backend } from '@espalier/core';
import { type NodeOptions, tensorflowBackend } from '@espalier/backend-node';

/**
 * The TensorFlow.js backend on the native library TensorFlow with CUDA: `@tensorflow/tfjs-node-gpu`, loaded at runtime.
 *
 * It is `node()` of `@espalier/backend-node` on the other package, with the same kernels put right (`kernelReport()` of
 * that package names them), and it is available only where TensorFlow sees a GPU. {@link Backend.isAvailable} loads the
 * library to know that, and TensorFlow may then reserve memory of the GPU until the process ends.
 *
 * @param options where the package lies, and threads of what runs on the CPU all the same.
 * @returns a backend for `useBackend()`, named `tensorflow` as TensorFlow.js has it.
 * @throws EspalierError `invalid-option` at once; `activate()` throws `backend-unavailable` or `two-copies`.
 * @example
 * ```ts
 * const chosen = await useBackend(firstAvailable(nodeGpu(), wasm()));
 * ```
 */
export function nodeGpu(options: NodeOptions = {}): Backend {
  return tensorflowBackend(
    {
      scope: 'backend-node-gpu',
      packageName: '@tensorflow/tfjs-node-gpu',
      otherwise: 'use webgpu() of @espalier/backend-webgpu, or node() on the CPU',
      libraryFix:
        'where the name begins with libcu or libnv it is of CUDA: install CUDA 11 with cuDNN 8 and let LD_LIBRARY_PATH ' +
        'name its folder; where it begins with libtensorflow: npm rebuild @tensorflow/tfjs-node-gpu, with ' +
        'storage.googleapis.com within reach',
      gpuFix:
        '`nvidia-smi` must show a GPU, and the CUDA 11 and cuDNN 8 libraries must be in LD_LIBRARY_PATH; set ' +
        'TF_CPP_MIN_LOG_LEVEL=0 to see which of them TensorFlow misses',
    },
    options,
  );
}
