import * as tf from '@tensorflow/tfjs-core';
import { EspalierError } from '@espalier/core';
import { nodeModule } from '@espalier/core/internal';
import type { Flavor } from './flavor.js';
import type { InstalledPackage } from './installed-package.js';
import { keepingGradients } from './kept-gradients.js';
import { twoCopies } from './native-library.js';
import { quietly } from './quietly.js';
import type { TfjsNode } from './tfjs-node.js';

/**
 * Loads tfjs-node, which registers the backend `tensorflow` and its kernels.
 *
 * @throws EspalierError `two-copies` when they went to another copy of tfjs-core; whatever the package throws.
 */
export async function loadPackage(
  found: InstalledPackage,
  flavor: Flavor,
  threads: number | undefined,
): Promise<void> {
  const util = await nodeModule<Utilities & { readonly default?: Utilities }>('node:util');
  // An imported module is frozen, what it stands for is not.
  supplyUtilities(util.default ?? util);
  const loaded = quietly(() => keepingGradients(() => found.require(found.folder) as TfjsNode), threads);
  if (loaded.Tensor === tf.Tensor) return;
  const { reason, fix } = twoCopies(flavor, found.itsCore ?? '?', found.ourCore ?? '?');
  throw new EspalierError({ code: 'two-copies', scope: flavor.scope, message: `${reason}: ${fix}.` });
}

interface Utilities {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

/** tfjs-node 4.22 calls two functions that Node 23 has taken out of `util`. */
function supplyUtilities(util: Utilities): void {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
