import { EspalierError } from '@espalier/core';
import { inNode, nodeModule } from '@espalier/core/internal';

/** The parts of Node that finding and reading files needs. */
export interface NodeRuntime {
  readonly files: typeof import('node:fs/promises');
  readonly modules: typeof import('node:module');
  readonly process: NodeJS.Process;
}

/**
 * Node's file system, loaded when asked for: bundles for browsers hold no trace of it.
 *
 * @param instead What to do where there is none.
 * @throws EspalierError `io` where there is none.
 */
export async function nodeRuntime(scope: string, instead: string): Promise<NodeRuntime> {
  if (!inNode()) {
    throw new EspalierError({
      code: 'io',
      scope,
      message: `there are no files to read here; ${instead}`,
    });
  }
  const [files, modules] = await Promise.all([
    nodeModule<NodeRuntime['files']>('node:fs/promises'),
    nodeModule<NodeRuntime['modules']>('node:module'),
  ]);
  return { files, modules, process };
}
