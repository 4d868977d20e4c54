import { EspalierError } from '@espalier/core';

/** The parts of Node that writing files needs. */
export interface NodeFiles {
  readonly fs: typeof import('node:fs/promises');
  readonly path: typeof import('node:path');
}

/**
 * Node's file system, loaded when asked for: bundles for browsers hold no trace of it.
 *
 * @throws EspalierError `io` where there is none.
 */
export async function nodeFiles(scope: string): Promise<NodeFiles> {
  if (typeof process === 'undefined' || !process.versions?.node) {
    throw new EspalierError({
      code: 'io',
      scope,
      message: 'there are no files to write here; take this plugin out, or run it in Node.',
    });
  }
  const [fs, path] = await Promise.all([
    runtimeImport<NodeFiles['fs']>('node:fs/promises'),
    runtimeImport<NodeFiles['path']>('node:path'),
  ]);
  return { fs, path };
}

/** Does `work`, and turns what the file system throws into the standard error. */
export async function orIoError<T>(scope: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EspalierError({
      code: 'io',
      scope,
      message: `cannot ${what} (${reason}); give a place that can be written to and has room.`,
      cause,
    });
  }
}

// The name is no literal at the call of `import`, so that bundlers leave it alone.
async function runtimeImport<M>(specifier: string): Promise<M> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)) as M;
}
