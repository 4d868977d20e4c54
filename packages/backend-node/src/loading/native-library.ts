import type { Availability } from '@espalier/core';
import type { Flavor } from './flavor.js';
import type { InstalledPackage } from './installed-package.js';
import { quietly } from './quietly.js';
import type { Addon } from './tfjs-node.js';

/** What is the matter with an installed package, or nothing. Loads its native library, as using it would. */
export function checkPackage(
  found: InstalledPackage,
  flavor: Flavor,
  threads: number | undefined,
): Availability {
  const { packageName, otherwise } = flavor;
  const what = `${packageName} ${found.version}`;
  if (!found.libraryIsThere) {
    return {
      available: false,
      reason:
        `${what} is installed without its native library, there is no file ${found.library}: its install script did ` +
        `not run, was refused the download, or found no build for Node ${process.versions.node}`,
      fix:
        `npm rebuild ${packageName} --build-addon-from-source, with scripts allowed and storage.googleapis.com within ` +
        `reach (builds are published for Node up to 22); or ${otherwise}`,
    };
  }
  const { itsCore, ourCore } = found;
  if (itsCore !== undefined && ourCore !== undefined && itsCore !== ourCore)
    return twoCopies(flavor, itsCore, ourCore);
  let addon: Addon;
  try {
    addon = quietly(() => found.require(found.library) as Addon, threads);
  } catch (error) {
    return {
      available: false,
      reason: `the native library of ${what} does not load: ${firstLine(error)}`,
      fix: `${fixOf(firstLine(error), flavor)}; or ${otherwise}`,
    };
  }
  if (flavor.gpuFix !== undefined && !addon.isUsingGpuDevice()) {
    return {
      available: false,
      reason: `TensorFlow ${addon.TF_Version ?? ''} loads and sees no GPU`.replace('  ', ' '),
      fix: `${flavor.gpuFix}; or ${otherwise}`,
    };
  }
  return { available: true };
}

/** Two copies of tfjs-core: tensors and models of one are none to the other. */
export function twoCopies(
  { packageName }: Flavor,
  itsCore: string,
  ourCore: string,
): Availability & { available: false } {
  return {
    available: false,
    reason: `${packageName} uses another copy of @tensorflow/tfjs-core (${itsCore}) than this program (${ourCore})`,
    fix:
      `install the version of @tensorflow/tfjs-core and @tensorflow/tfjs-layers that ${packageName} asks for, then npm ` +
      'dedupe; `npm ls @tensorflow/tfjs-core` must show one',
  };
}

function firstLine(error: unknown): string {
  return ((error as Error)?.message ?? String(error)).split('\n')[0]!;
}

function fixOf(message: string, { packageName, libraryFix }: Flavor): string {
  const rebuild = `npm rebuild ${packageName} --build-addon-from-source`;
  if (/GLIBC|CXXABI/.test(message)) return `use a newer system, or build it on this one: ${rebuild}`;
  if (/cannot open shared object file|Library not loaded|module could not be found/i.test(message))
    return libraryFix;
  return `it may be for another system or damaged: ${rebuild}`;
}
