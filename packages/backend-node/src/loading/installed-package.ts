import { inNode, nodeModule } from '@espalier/core/internal';

/** A package of tfjs-node that lies on disk. */
export interface InstalledPackage {
  readonly folder: string;
  readonly version: string;
  /** Where its native library must be: for the newest N-API version that both it and this Node know. */
  readonly library: string;
  readonly libraryIsThere: boolean;
  /** `tfjs-core` as it sees it, and as this package does; `undefined` where one of them cannot be told. */
  readonly itsCore: string | undefined;
  readonly ourCore: string | undefined;
  /** Node's `require`, as if from within the package. */
  readonly require: NodeJS.Require;
}

/** Finds a package by name, from this package and from the working directory, or in a folder. Changes nothing. */
export async function findPackage(name: string, folder?: string): Promise<InstalledPackage | undefined> {
  if (!inNode()) return undefined;
  const { createRequire } = await nodeModule<typeof import('node:module')>('node:module');
  const { dirname, join, resolve } = await nodeModule<typeof import('node:path')>('node:path');
  const { existsSync, readFileSync, realpathSync } = await nodeModule<typeof import('node:fs')>('node:fs');
  const from = [thisFile(), join(process.cwd(), 'package.json')].map((file) => createRequire(file));
  const find = (request: string, requires: readonly NodeJS.Require[]): string | undefined => {
    for (const each of requires) {
      try {
        return realpathSync(each.resolve(request));
      } catch {
        // Not from there.
      }
    }
    return undefined;
  };
  const manifest = folder ? join(resolve(folder), 'package.json') : find(`${name}/package.json`, from);
  if (manifest === undefined || !existsSync(manifest)) return undefined;
  const within = createRequire(manifest);
  const { version = '?', binary = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const library = join(
    dirname(manifest),
    (binary.module_path ?? 'lib').replace('{napi_build_version}', String(napiVersion(binary.napi_versions))),
    `${binary.module_name ?? 'tfjs_binding'}.node`,
  );
  const union = find('@tensorflow/tfjs', [within]);
  return {
    folder: dirname(manifest),
    version,
    library,
    libraryIsThere: existsSync(library),
    itsCore: union && find('@tensorflow/tfjs-core', [createRequire(union)]),
    ourCore: find('@tensorflow/tfjs-core', from),
    require: within,
  };
}

interface Manifest {
  readonly version?: string;
  readonly binary?: {
    readonly module_name?: string;
    readonly module_path?: string;
    readonly napi_versions?: readonly number[];
  };
}

/** This file, for Node's resolution. */
function thisFile(): string {
  // The CommonJS build has no `import.meta`; in ESM a `__filename` may be another's.
  return (import.meta.url as string | undefined) ?? __filename;
}

/** As `@mapbox/node-pre-gyp` chooses. */
function napiVersion(versions: readonly number[] = []): number | undefined {
  const own = Number(process.versions['napi']);
  const usable = versions.filter((version) => version <= own);
  return usable.length > 0 ? Math.max(...usable) : undefined;
}
