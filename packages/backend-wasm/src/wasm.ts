import * as tf from '@tensorflow/tfjs-core';
import {
  EspalierError,
  isEspalierError,
  option,
  readOptions,
  type Availability,
  type Backend,
} from '@espalier/core';
import { backendRuns, importPeer, patchKernels, startInTurn } from '@espalier/core/internal';
import { kernelPatches } from './kernel-list.js';
import { limitMemory } from './memory-limit.js';
import { keepingProcessHandlers, watchProcessHandlers } from './process-handlers.js';
import { simdSupported } from './simd/simd-module.js';
import type { WasmBackend } from './wasm-backend.js';
import {
  installedWasmPaths,
  isWasmPaths,
  missingWasmFile,
  NO_FOLDER,
  NO_FOLDER_FIX,
  WASM_FILES,
  type WasmPaths,
  wrongWasmFile,
} from './wasm-files.js';

const scope = 'backend-wasm';

/** Options of {@link wasm}. */
export interface WasmOptions {
  /**
   * How far the wasm memory may fill, in MB (2^20 bytes), 16 to 4096. Default 3584: some room is left below the
   * 4096 MB at which WebAssembly ends. An allocation beyond it throws `out-of-memory` and changes nothing.
   */
  readonly memoryLimitMB?: number;
  /**
   * Where the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are served: a prefix ending in `/`, or a map from each
   * of the three file names to its URL. Default: in Node the installed package's own files, in a browser beside the
   * bundle.
   */
  readonly wasmPaths?: WasmPaths;
}

/**
 * The TensorFlow.js wasm backend made fit for training.
 *
 * Activation starts the backend, takes the process-wide error handlers away that its module installs, sets a memory
 * limit, and puts the kernels of {@link kernelReport} right, for every program in the process, `model.fit` included.
 * It runs on one thread, so the same program gives the same bits every time.
 *
 * @param options memory limit and file locations.
 * @returns a backend for `useBackend()`; its `activate()` may be called again at any time.
 * @throws EspalierError `invalid-option` at once; `activate()` throws `backend-unavailable`.
 * @example
 * ```ts
 * import { wasm } from '@espalier/backend-wasm';
 * await wasm({ memoryLimitMB: 1024 }).activate();
 * ```
 */
export function wasm(options: WasmOptions = {}): Backend {
  const { memoryLimitMB, wasmPaths } = readOptions(scope, options, {
    memoryLimitMB: option.number({ min: 16, max: 4096, default: 3584 }),
    wasmPaths: option.custom<WasmPaths, { readonly optional: true }>({
      optional: true,
      expected: `a folder ending in "/" or a map of the file names ${WASM_FILES.join(', ')}`,
      accepts: isWasmPaths,
    }),
  }).values;

  const isAvailable = async (): Promise<Availability> => {
    if (!simdSupported()) {
      return {
        available: false,
        reason: 'this engine has no WebAssembly with SIMD',
        fix: 'use Node 20 or later, or a browser from 2023 on, or another backend',
      };
    }
    if (backendRuns('wasm')) return { available: true };
    try {
      const missing = await missingWasmFile(wasmPaths ?? (await installedWasmPaths()));
      if (missing === undefined) return { available: true };
      return {
        available: false,
        reason: `there is no file ${missing}`,
        fix: 'let wasmPaths name the folder with the .wasm files, ending in "/", or leave it out',
      };
    } catch {
      return { available: false, reason: NO_FOLDER, fix: NO_FOLDER_FIX };
    }
  };

  return {
    name: 'wasm',
    isAvailable,
    activate: () =>
      startInTurn(async () => {
        const availability = await isAvailable();
        if (!availability.available) unavailable(`${availability.reason}: ${availability.fix}.`);
        const removeNewHandlers = watchProcessHandlers();
        try {
          await start(wasmPaths);
        } finally {
          removeNewHandlers();
        }
        const backend = tf.backend() as unknown as WasmBackend;
        limitMemory(backend.wasm, memoryLimitMB);
        patchKernels('wasm', kernelPatches);
      }),
  };
}

async function start(wasmPaths: WasmPaths | undefined): Promise<void> {
  const alreadyStarted = backendRuns('wasm');
  try {
    const { setWasmPaths } = await importPeer(
      {
        packageName: '@tensorflow/tfjs-backend-wasm',
        scope,
        code: 'backend-unavailable',
        need: 'The wasm backend is that of TensorFlow.js',
      },
      () => import('@tensorflow/tfjs-backend-wasm'),
    );
    if (!alreadyStarted) {
      // One thread everywhere: the kernels share the memory, and the same program gives the same bits.
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      const paths = wasmPaths ?? (await installedWasmPaths());
      if (paths !== undefined) setWasmPaths(paths as string);
    }
    if (!(await tf.setBackend('wasm'))) {
      const wrong = await wrongWasmFile(wasmPaths);
      unavailable(
        wrong === undefined
          ? 'TensorFlow.js could not start it: its warning above says why. Start a new process or page after fixing that.'
          : `${wrong}. Serve the .wasm files of @tensorflow/tfjs-backend-wasm/dist and say where: wasm({ wasmPaths: '/wasm/' }), ` +
              'or give the URL of each, as docs/deployment.md shows; then load the page again.',
      );
    }
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    unavailable(`it did not start: ${String(cause)}`, cause);
  }
  if (!alreadyStarted) keepHandlersOnDispose(tf.backend() as unknown as WasmBackend);
}

function keepHandlersOnDispose({ wasm: module }: WasmBackend): void {
  const dispose = module.tfjs.dispose;
  module.tfjs.dispose = () => keepingProcessHandlers(() => dispose());
}

function unavailable(message: string, cause?: unknown): never {
  throw new EspalierError({ code: 'backend-unavailable', scope, message, cause });
}
