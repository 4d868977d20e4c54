import { checkOptions, EspalierError } from '@espalier/core';
import { guardedStore, isEntryName } from './guarded-store.js';
import type { RunStore } from './run-store.js';

const scope = 'opfs-store';

/**
 * A folder of the browser's origin private file system (OPFS) as a store, in pages and in workers.
 *
 * An entry is written beside the old one and takes its place when all of it is there (`createWritable`). Only this site sees the
 * files, until the user clears its data.
 *
 * @param folder Its path: names of letters, digits, `.`, `_`, `-`, with `/` between them. It need not exist.
 * @returns A store. A call that finds no OPFS, may not use it, or has no room throws EspalierError `io`.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const saving = modelCheckpoint({ store: opfsStore('runs/1') });
 * ```
 * @see https://fs.spec.whatwg.org/
 */
export function opfsStore(folder: string): RunStore {
  const names = typeof folder === 'string' ? folder.split('/') : [];
  if (names.length === 0 || !names.every(isEntryName)) {
    checkOptions(scope).fail(
      'folder',
      'names of letters, digits, ".", "_", "-", with "/" between them',
      folder,
    );
  }
  const directory = async (create: boolean): Promise<FileSystemDirectoryHandle> => {
    let handle = await rootFolder();
    for (const name of names) handle = await handle.getDirectoryHandle(name, { create });
    return handle;
  };
  const fileOf = async (entry: string): Promise<File | undefined> => {
    const handle = await orMissing(directory(false).then((found) => found.getFileHandle(entry)));
    return handle?.getFile();
  };

  return guardedStore(scope, `OPFS '${folder}'`, {
    async list() {
      const found: string[] = [];
      const handle = await orMissing(directory(false));
      for await (const name of (handle as unknown as { keys(): AsyncIterable<string> })?.keys() ?? []) {
        // The file of an entry is made empty, and gets its bytes all at once.
        if (isEntryName(name) && (await orMissing(fileOf(name)))?.size) found.push(name);
      }
      return found;
    },
    async read(entry, admit) {
      const file = await fileOf(entry);
      if (!file?.size) return undefined;
      admit(file.size);
      return new Uint8Array(await file.arrayBuffer());
    },
    async write(entry, bytes) {
      const parent = await directory(true);
      const handle = await parent.getFileHandle(entry, { create: true });
      try {
        await replaceContent(handle, bytes);
      } catch (error) {
        if ((await handle.getFile()).size === 0) await parent.removeEntry(entry).catch(() => {});
        throw error;
      }
    },
    async remove(entry) {
      await orMissing(directory(false).then((found) => found.removeEntry(entry)));
    },
  });
}

async function replaceContent(handle: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  if (typeof handle.createWritable !== 'function') {
    absent(
      'this browser cannot replace files of OPFS as a whole; use indexedDbStore(name), or a newer browser',
    );
  }
  const writable = await handle.createWritable();
  try {
    await writable.write(bytes as Uint8Array<ArrayBuffer>);
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => {});
    throw error;
  }
}

async function rootFolder(): Promise<FileSystemDirectoryHandle> {
  const storage = (globalThis as { navigator?: Partial<Navigator> }).navigator?.storage;
  if (typeof storage?.getDirectory !== 'function') {
    absent(
      "there is no OPFS here; in Node use folderStore('runs'), in a browser serve the page over https or from localhost",
    );
  }
  return storage.getDirectory();
}

/** Handles of what is not there, or is a folder where a file is asked for, are none. */
async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: Error) => {
    if (error.name === 'NotFoundError') return undefined;
    throw error;
  });
}

function absent(message: string): never {
  throw new EspalierError({ code: 'io', scope, message: `${message}.` });
}
