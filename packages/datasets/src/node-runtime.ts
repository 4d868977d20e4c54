import { EspalierError } from '@espalier/core';

/** The parts of Node that finding and reading files needs. */
export interface NodeRuntime {
  readonly files: typeof import('node:fs/promises');
  readonly modules: typeof import('node:module');
  readonly process: NodeJS.Process;
}

/**
 * Node's file system, loaded when asked for: bundles for browsers hold no trace of it.
 *
 * @throws EspalierError `io` where there is none.
 */
export async function nodeRuntime(scope: string): Promise<NodeRuntime> {
  if (typeof process === 'undefined' || !process.versions?.node) {
    throw new EspalierError({
      code: 'io',
      scope,
      message:
        'there are no files to read here; fetch the two IDX files of a split and give them to fromIdx().',
    });
  }
  const [files, modules] = await Promise.all([
    runtimeImport<NodeRuntime['files']>('node:fs/promises'),
    runtimeImport<NodeRuntime['modules']>('node:module'),
  ]);
  return { files, modules, process };
}

// The name is no literal at the call of `import`, so that bundlers leave it alone.
async function runtimeImport<M>(specifier: string): Promise<M> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)) as M;
}
