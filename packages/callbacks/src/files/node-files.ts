import { EspalierError } from '@espalier/core';
import { inNode, nodeModule } from '@espalier/core/internal';

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
  if (!inNode()) {
    throw new EspalierError({
      code: 'io',
      scope,
      message:
        "there are no files to write here; give a store of the browser, opfsStore('runs') or indexedDbStore('runs'), or run it in Node.",
    });
  }
  const [fs, path] = await Promise.all([
    nodeModule<NodeFiles['fs']>('node:fs/promises'),
    nodeModule<NodeFiles['path']>('node:path'),
  ]);
  return { fs, path };
}
