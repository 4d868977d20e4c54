import * as tf from '@tensorflow/tfjs-core';
import { type Availability, type Backend, EspalierError, option, readOptions } from '@espalier/core';
import { inNode, patchKernels, registeredBackends, startInTurn } from '@espalier/core/internal';
import { clearErrors } from './clear-errors.js';
import { kernelPatches } from './kernel-list.js';
import type { Flavor } from './loading/flavor.js';
import { findPackage, type InstalledPackage } from './loading/installed-package.js';
import { loadPackage } from './loading/load-package.js';
import { checkPackage } from './loading/native-library.js';
import type { NodeBackend } from './loading/tfjs-node.js';
import { ownValues } from './own-values.js';

/** Options of {@link node} and of `nodeGpu` of `@espalier/backend-node-gpu`. */
export interface NodeOptions {
  /**
   * The folder of the npm package, where Node does not find it by its name. Default: `@tensorflow/tfjs-node` as
   * this package, then the working directory, would import it; `NODE_PATH` counts.
   */
  readonly packagePath?: string;
  /**
   * Threads that one operation may use, 1 or more. Default: as many as the machine has cores, or what
   * `TF_NUM_INTRAOP_THREADS` says. The first activation in a process decides.
   */
  readonly threads?: number;
}

const NAME = 'tensorflow';

/**
 * The TensorFlow.js backend on libtensorflow, from one of its npm packages. {@link node} and `nodeGpu` are this with a
 * flavor.
 *
 * @throws EspalierError `invalid-option`.
 */
export function tensorflowBackend(flavor: Flavor, options: NodeOptions): Backend {
  const { scope, packageName, otherwise } = flavor;
  const { packagePath, threads } = readOptions(scope, options, {
    packagePath: option.text({ optional: true }),
    threads: option.integer({ min: 1, optional: true }),
  }).values;

  const examine = async (): Promise<[Availability, InstalledPackage?]> => {
    if (!inNode()) {
      const fix = 'use wasm() or webgpu() in browsers';
      return [{ available: false, reason: `${packageName} runs in Node alone`, fix }];
    }
    if (isRegistered()) return [checkRegistered(flavor)];
    const found = await findPackage(packageName, packagePath);
    if (found) return [checkPackage(found, flavor, threads), found];
    const where = packagePath === undefined ? 'is not installed' : `is not in ${packagePath}`;
    const fix = `npm install ${packageName}, with its install script allowed to download libtensorflow; or ${otherwise}`;
    return [{ available: false, reason: `${packageName} ${where}`, fix }];
  };
  const isAvailable = async (): Promise<[Availability, InstalledPackage?]> => {
    try {
      return await examine();
    } catch (error) {
      const reason = `${packageName} could not be examined: ${(error as Error).message}`;
      return [{ available: false, reason, fix: `install it again: npm install ${packageName}` }];
    }
  };

  return {
    name: NAME,
    isAvailable: async () => (await isAvailable())[0],
    activate: () =>
      startInTurn(async () => {
        const [availability, found] = await isAvailable();
        if (!availability.available) {
          throw unavailable(scope, `${availability.reason}. To fix it: ${availability.fix}.`);
        }
        const before = tf.engine().backendName;
        try {
          if (!isRegistered()) await loadPackage(found!, flavor, threads);
          if (!(await tf.setBackend(NAME)))
            throw new Error('TensorFlow.js could not start it, its warning says why');
        } catch (cause) {
          if (before) await tf.setBackend(before);
          if (cause instanceof EspalierError) throw cause;
          throw unavailable(scope, `it did not start: ${(cause as Error).message}`, cause);
        }
        const backend = tf.backend() as unknown as NodeBackend;
        ownValues(backend);
        clearErrors(backend);
        patchKernels(NAME, kernelPatches);
      }),
  };
}

function isRegistered(): boolean {
  return registeredBackends().includes(NAME);
}

/** Both packages register the same name: the first one of a process stays. */
function checkRegistered({ packageName, gpuFix }: Flavor): Availability {
  const { isGPUPackage } = tf.findBackend(NAME) as unknown as NodeBackend;
  if (isGPUPackage === (gpuFix !== undefined)) return { available: true };
  const other = isGPUPackage ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  return {
    available: false,
    reason: `this process has loaded ${other} already, and both call themselves "${NAME}"`,
    fix: `load ${packageName} in another process`,
  };
}

function unavailable(scope: string, message: string, cause?: unknown): EspalierError {
  return new EspalierError({ code: 'backend-unavailable', scope, message, cause });
}
