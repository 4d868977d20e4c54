import { checkOptions } from '@espalier/core';
import { guardedStore, isEntryName } from './guarded-store.js';
import { nodeFiles } from './node-files.js';
import type { RunStore } from './run-store.js';
import { UNFINISHED, writeWhole } from './write-whole.js';

const scope = 'folder-store';

/**
 * A folder of Node's file system as a store: one file for each entry.
 *
 * An entry is written to a temporary file, brought to the disk and renamed, so a file of its name is whole. The first write
 * makes the folder, and clears away what a killed process has left unfinished.
 *
 * @param directory Path of the folder; it need not exist.
 * @returns A store. A call that finds no file system, or may not use it, throws EspalierError `io`.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const saving = modelCheckpoint({ store: folderStore('runs/1') });
 * ```
 */
export function folderStore(directory: string): RunStore {
  checkOptions(scope).text('directory', directory);
  let made: Promise<void> | undefined;
  let writing: Promise<unknown> = Promise.resolve();

  const make = async (): Promise<void> => {
    const { fs, path } = await nodeFiles(scope);
    await fs.mkdir(directory, { recursive: true });
    for (const file of await fs.readdir(directory)) {
      const unfinished = file.endsWith(UNFINISHED) && isEntryName(file.slice(0, -UNFINISHED.length));
      if (unfinished) await fs.rm(path.join(directory, file), { force: true });
    }
  };

  const write = async (entry: string, bytes: Uint8Array): Promise<void> => {
    const files = await nodeFiles(scope);
    made ??= make();
    try {
      await made;
      await writeWhole(files, files.path.join(directory, entry), bytes);
    } catch (error) {
      // The folder may have gone in between: the next write makes it again.
      made = undefined;
      throw error;
    }
  };

  return guardedStore(scope, `the folder '${directory}'`, {
    async list() {
      const { fs } = await nodeFiles(scope);
      const entries = await orMissing(fs.readdir(directory, { withFileTypes: true }));
      return (entries ?? []).filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    },
    async read(entry, admit) {
      const { fs, path } = await nodeFiles(scope);
      const handle = await orMissing(fs.open(path.join(directory, entry), 'r'));
      try {
        if (handle) admit((await handle.stat()).size);
        const bytes = await handle?.readFile();
        return bytes?.length ? bytes : undefined;
      } finally {
        await handle?.close();
      }
    },
    write(entry, bytes) {
      // One after another: two writes of one entry would share a temporary file.
      const turn = writing.then(() => write(entry, bytes));
      writing = turn.catch(() => {});
      return turn;
    },
    async remove(entry) {
      const { fs, path } = await nodeFiles(scope);
      await fs.rm(path.join(directory, entry), { force: true });
    },
  });
}

async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
