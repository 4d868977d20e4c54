import type { FileHandle } from 'node:fs/promises';
import { codeOf, type NodeFiles } from '@espalier/core/internal';

/** Ends the names of files that are being written. */
export const UNFINISHED = '.tmp';

/**
 * Writes a file so that its name stands for all of its bytes or does not exist, whenever the process or the machine stops:
 * into a temporary file, to the disk, then renamed.
 */
export async function writeWhole(
  { fs, path }: Pick<NodeFiles, 'fs' | 'path'>,
  file: string,
  bytes: Uint8Array,
): Promise<void> {
  const temporary = file + UNFINISHED;
  try {
    const handle = await fs.open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await toDisk(handle);
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, file);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(fs, path.dirname(file));
}

/** What a file system says that cannot do it, or says nothing at all, as that of Yarn's Plug'n'Play. */
const CANNOT_SYNC = [undefined, 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL'];

/** Brings what was written to the disk, where the file system can. */
export async function toDisk(handle: Pick<FileHandle, 'sync'>): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!CANNOT_SYNC.includes(codeOf(error))) throw error;
  }
}

/** The rename itself reaches the disk with its folder; Windows can neither do nor needs that. */
async function syncFolder(fs: NodeFiles['fs'], folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch {
    // Windows.
  } finally {
    await handle?.close();
  }
}
