import { type Checkpoint, decodeCheckpoint, EspalierError } from '@espalier/core';
import { listCheckpoints } from './checkpoint-series.js';
import { folderStore } from './files/folder-store.js';
import { nodeFiles } from './files/node-files.js';
import { checkStore, type RunStore } from './files/run-store.js';
import { inScope } from './files/storage-error.js';

const scope = 'latest-checkpoint';

/**
 * The newest whole checkpoint that {@link modelCheckpoint} has written into a folder or a store.
 *
 * Damaged files are passed over for the next older one.
 *
 * @param place A folder of Node's file system, or a store; it need not exist.
 * @returns The checkpoint and the path of its file, in a store the name of its entry; `undefined` where there is none.
 * @throws EspalierError `checkpoint` where there are files and none can be read; `io` where the place cannot be looked at.
 * @example
 * ```ts
 * const latest = await latestCheckpoint('checkpoints');
 * await trainer.fit(train, { epochs: 20, ...(latest && { resumeFrom: latest.checkpoint }) });
 * ```
 */
export async function latestCheckpoint(
  place: string | RunStore,
): Promise<{ readonly path: string; readonly checkpoint: Checkpoint } | undefined> {
  const store = typeof place === 'string' ? folderStore(place) : place;
  checkStore(scope, store);
  const found = await inScope(scope, () => listCheckpoints(store));
  let cause: unknown;
  for (const { entry } of found.reverse()) {
    try {
      const bytes = await store.read(entry);
      // Removed since it was listed.
      if (!bytes) continue;
      const checkpoint = decodeCheckpoint(bytes);
      const path = typeof place === 'string' ? (await nodeFiles(scope)).path.join(place, entry) : entry;
      return { path, checkpoint };
    } catch (error) {
      cause ??= error;
    }
  }
  if (cause === undefined) return undefined;
  throw new EspalierError({
    code: 'checkpoint',
    scope,
    message: `none of the ${found.length} checkpoints in ${store.name} can be read; the newest: ${(cause as Error).message}`,
    cause,
  });
}
