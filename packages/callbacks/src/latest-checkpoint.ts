import { type Checkpoint, decodeCheckpoint, EspalierError } from '@espalier/core';
import { listCheckpoints } from './checkpoint-folder.js';
import { nodeFiles } from './files/node-files.js';

/**
 * The newest whole checkpoint that {@link modelCheckpoint} has written into a folder.
 *
 * Damaged files are passed over for the next older one.
 *
 * @param directory The folder; it need not exist.
 * @returns The checkpoint, and the path of its file; `undefined` where there is none.
 * @throws EspalierError `checkpoint` where there are files and none can be read.
 * @example
 * ```ts
 * const latest = await latestCheckpoint('checkpoints');
 * await trainer.fit(train, { epochs: 20, ...(latest && { resumeFrom: latest.checkpoint }) });
 * ```
 */
export async function latestCheckpoint(
  directory: string,
): Promise<{ readonly path: string; readonly checkpoint: Checkpoint } | undefined> {
  const files = await nodeFiles('latest-checkpoint');
  const found = await listCheckpoints(files, directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  let cause: unknown;
  for (const { file } of found.reverse()) {
    const path = files.path.join(directory, file);
    try {
      return { path, checkpoint: decodeCheckpoint(await files.fs.readFile(path)) };
    } catch (error) {
      cause ??= error;
    }
  }
  if (cause === undefined) return undefined;
  throw new EspalierError({
    code: 'checkpoint',
    scope: 'latest-checkpoint',
    message: `none of the ${found.length} checkpoints in '${directory}' can be read; the newest: ${(cause as Error).message}`,
    cause,
  });
}
