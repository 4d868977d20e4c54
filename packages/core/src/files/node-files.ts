import { EspalierError } from '../errors.js';
import { inNode, nodeModule } from '../runtime-import.js';

/** The parts of Node that files need. */
export interface NodeFiles {
  readonly fs: typeof import('node:fs/promises');
  readonly path: typeof import('node:path');
  readonly os: typeof import('node:os');
  readonly crypto: typeof import('node:crypto');
}

/**
 * Node's file system, loaded when asked for: bundles for browsers hold no trace of it.
 *
 * @param instead What to do where there is none, as the end of a sentence: `use memoryStorage() in a browser`.
 * @throws EspalierError `io` where there is none.
 * @example
 * ```ts
 * import { nodeFiles } from '@espalier/core/internal';
 *
 * const { fs } = await nodeFiles('notes', 'keep notes in memory in a browser');
 * ```
 */
export async function nodeFiles(scope: string, instead: string): Promise<NodeFiles> {
  if (!inNode()) {
    throw new EspalierError({ code: 'io', scope, message: `there are no files of Node here; ${instead}.` });
  }
  const [fs, path, os, crypto] = await Promise.all([
    nodeModule<NodeFiles['fs']>('node:fs/promises'),
    nodeModule<NodeFiles['path']>('node:path'),
    nodeModule<NodeFiles['os']>('node:os'),
    nodeModule<NodeFiles['crypto']>('node:crypto'),
  ]);
  return { fs, path, os, crypto };
}

/** The code of an error of Node, e.g. `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}
