import type { NodeFiles } from './node-files.js';

/** Ends the names of files that are being written. */
export const UNFINISHED = '.tmp';

/**
 * Writes a file so that its name stands for all of its bytes or does not exist, whenever the process or the machine stops:
 * into a temporary file, to the disk, then renamed.
 */
export async function writeWhole({ fs, path }: NodeFiles, file: string, bytes: Uint8Array): Promise<void> {
  const temporary = file + UNFINISHED;
  try {
    const handle = await fs.open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
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

/** The rename itself reaches the disk with its folder; Windows can neither do nor needs that. */
async function syncFolder(fs: NodeFiles['fs'], folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
