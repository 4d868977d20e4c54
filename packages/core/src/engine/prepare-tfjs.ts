import * as tf from '@tensorflow/tfjs-core';
import { EspalierError } from '../errors.js';
import { supplyChainedOps } from './chained-ops.js';
import { repairGradients } from './repaired-gradients/repair-gradients.js';
import { opSlot } from './tfjs-internals.js';

/** What of TensorFlow.js this package was written and tested for: `4.22.0` up to, not including, 5. */
const OLDEST = [4, 22] as const;

/**
 * Makes TensorFlow.js fit for training: repairs the gradients that it has wrong everywhere, supplies the chained ops that
 * its own code calls, and makes ops watchable. Whatever starts something calls it: a backend, an executor, `compose()`,
 * a trace, a model factory. Importing changes nothing, so that bundlers may drop what is not used.
 *
 * Cheap, and may be called at any time. A program calls it itself only where it makes stock recurrent layers before it starts
 * anything of Espalier.
 *
 * @throws EspalierError `unsupported-version` when the TensorFlow.js that is installed is another one.
 * @example
 * ```ts
 * prepareTfjs();
 * const model = tfl.sequential({ layers: [tfl.layers.lstm({ units: 3, inputShape: [4, 2] })] });
 * ```
 */
export function prepareTfjs(): void {
  if (!prepared) {
    checkVersion(tf.version_core);
    supplyChainedOps();
    opSlot();
    prepared = true;
  }
  repairGradients();
}

let prepared = false;

/** @throws EspalierError `unsupported-version`. */
export function checkVersion(version: string): void {
  const [major, minor] = version.split('.').map(Number);
  if (major === OLDEST[0] && minor! >= OLDEST[1]) return;
  throw new EspalierError({
    code: 'unsupported-version',
    scope: 'tfjs',
    message:
      `@tensorflow/tfjs-core is ${version}, and Espalier needs ${OLDEST.join('.')}.0 or a later ${OLDEST[0]}.x: ` +
      'npm install @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-layers@4.22.0, the backends likewise.',
  });
}
