import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** The fields of a package.json that the checks read. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  type?: string;
  sideEffects?: boolean | string[];
  exports?: Record<string, unknown>;
  bin?: Record<string, string>;
  files?: string[];
  engines?: Record<string, string>;
  repository?: { url?: string; directory?: string };
  publishConfig?: { access?: string };
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** A folder under packages/ or examples/ with its manifest. */
export interface Workspace {
  /** The folder's own name, as `core`. */
  folder: string;
  /** From the root, as `packages/core`. */
  path: string;
  directory: string;
  manifest: Manifest;
}

/** Reads a JSON file. */
export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function workspacesIn(kind: string): Workspace[] {
  const parent = join(root, kind);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((folder) => existsSync(join(parent, folder, 'package.json')))
    .map((folder) => ({
      folder,
      path: `${kind}/${folder}`,
      directory: join(parent, folder),
      manifest: readJson<Manifest>(join(parent, folder, 'package.json')),
    }));
}

/** Every folder under packages/, private ones included. */
export const packages = (): Workspace[] => workspacesIn('packages');

/** The packages that are published. */
export const publishable = (): Workspace[] => packages().filter(({ manifest }) => !manifest.private);

/** Packages for Node alone: what they stand on opens sockets. */
const NODE_ONLY: ReadonlySet<string> = new Set(['@espalier/tuning-bullmq']);

/** Whether a package also loads in browsers. */
export const loadsInBrowsers = ({ manifest }: Pick<Workspace, 'manifest'>): boolean =>
  !NODE_ONLY.has(manifest.name);

/** Every folder under examples/. */
export const examples = (): Workspace[] => workspacesIn('examples');

const generated = new Set(['node_modules', 'dist', '.git', '.turbo', '.espalier', 'coverage', 'runs']);

/** All files under a folder that are not generated, as absolute paths, in a fixed order. */
export function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (generated.has(entry.name)) return [];
      const file = join(directory, entry.name);
      if (entry.isDirectory()) return filesUnder(file);
      return entry.isFile() ? [file] : [];
    });
}

/** A path as messages show it: from the root, with forward slashes. */
export const shown = (file: string): string => relative(root, file).replaceAll('\\', '/');
