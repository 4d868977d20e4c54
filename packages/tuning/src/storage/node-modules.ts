import { EspalierError } from '@espalier/core';
import { inNode, nodeModule } from '@espalier/core/internal';

/** The parts of Node that files need. */
export interface NodeModules {
  readonly fs: typeof import('node:fs/promises');
  readonly path: typeof import('node:path');
  readonly os: typeof import('node:os');
  readonly crypto: typeof import('node:crypto');
}

/** @throws EspalierError `io` where there is no Node. */
export async function nodeModules(scope: string): Promise<NodeModules> {
  if (!inNode())
    throw new EspalierError({
      code: 'io',
      scope,
      message: 'it needs the files of Node, and there are none here; use memoryStorage() in a browser.',
    });
  const [fs, path, os, crypto] = await Promise.all([
    nodeModule<NodeModules['fs']>('node:fs/promises'),
    nodeModule<NodeModules['path']>('node:path'),
    nodeModule<NodeModules['os']>('node:os'),
    nodeModule<NodeModules['crypto']>('node:crypto'),
  ]);
  return { fs, path, os, crypto };
}

/** The code of an error of Node, e.g. `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}
