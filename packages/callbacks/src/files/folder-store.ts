import { checkOptions } from '@espalier/core';
import { codeOf } from '@espalier/core/internal';
import { guardedStore, isEntryName } from './guarded-store.js';
import { runFiles } from './run-files.js';
import { lockForRun } from './run-lock.js';
import type { RunStore } from './run-store.js';
import { UNFINISHED, writeWhole } from './write-whole.js';

const scope = 'folder-store';

/**
 * A folder of Node's file system as a store: one file for each entry.
 *
 * An entry is written to a temporary file, brought to the disk and renamed, so a file of its name is whole. The first write
 * makes the folder, and clears away what a killed process has left unfinished. A run that writes there has a lock file in the
 * folder until it ends, so that two programs never write one thing; the lock of a killed program is broken.
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
    const { fs, path } = await runFiles(scope);
    await fs.mkdir(directory, { recursive: true });
    for (const file of await fs.readdir(directory)) {
      const unfinished = file.endsWith(UNFINISHED) && isEntryName(file.slice(0, -UNFINISHED.length));
      if (unfinished) await fs.rm(path.join(directory, file), { force: true });
    }
  };

  const write = async (entry: string, bytes: Uint8Array): Promise<void> => {
    const files = await runFiles(scope);
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
      const { fs } = await runFiles(scope);
      const entries = await orMissing(fs.readdir(directory, { withFileTypes: true }));
      return (entries ?? []).filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    },
    async read(entry, admit) {
      const { fs, path } = await runFiles(scope);
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
      const { fs, path } = await runFiles(scope);
      await fs.rm(path.join(directory, entry), { force: true });
    },
    async lock(thing, run) {
      const node = await runFiles(scope);
      await node.fs.mkdir(directory, { recursive: true });
      const path = node.path.join(directory, `.${thing}.lock`);
      return lockForRun(run, {
        path,
        what: `'${thing}' of the folder '${directory}'`,
        scope,
        node,
        shared: thing === 'checkpoints',
      });
    },
  });
}

async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}
