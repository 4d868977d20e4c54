import { checkOptions, EspalierError } from '@espalier/core';
import { guardedStore } from './guarded-store.js';
import type { RunStore } from './run-store.js';

const scope = 'indexed-db-store';
const ENTRIES = 'entries';

/**
 * An IndexedDB database of the browser as a store, in pages and in workers.
 *
 * An entry is written in one transaction with `durability: 'strict'`, so it is whole and on the disk when `write` is done. The
 * database is called `espalier/<name>`.
 *
 * @param name Name of the store among those of this site.
 * @returns A store. A call that finds no IndexedDB, may not use it, or has no room throws EspalierError `io`.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const latest = await latestCheckpoint(indexedDbStore('mnist'));
 * ```
 * @see https://www.w3.org/TR/IndexedDB-3/
 */
export function indexedDbStore(name: string): RunStore {
  checkOptions(scope).text('name', name);
  let opening: Promise<IDBDatabase> | undefined;

  const forget = (): void => (opening = undefined);
  const database = (): Promise<IDBDatabase> => {
    opening ??= open(`espalier/${name}`, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opening;
  };
  const transact = async <T>(
    mode: IDBTransactionMode,
    request: (entries: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const transaction = (await database()).transaction(ENTRIES, mode, { durability: 'strict' });
    return new Promise((resolve, reject) => {
      const requested = request(transaction.objectStore(ENTRIES));
      transaction.oncomplete = () => resolve(requested.result);
      transaction.onabort = () => reject(transaction.error ?? requested.error ?? new Error('it was aborted'));
    });
  };

  return guardedStore(scope, `IndexedDB '${name}'`, {
    async list() {
      const keys = await transact('readonly', (entries) => entries.getAllKeys());
      return keys.filter((key) => typeof key === 'string');
    },
    async read(entry, admit) {
      const value: unknown = await transact('readonly', (entries) => entries.get(entry));
      if (!(value instanceof Uint8Array)) return undefined;
      admit(value.length);
      return value;
    },
    async write(entry, bytes) {
      // What is stored is the whole buffer under a view.
      const own = bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
      await transact('readwrite', (entries) => entries.put(own, entry));
    },
    async remove(entry) {
      await transact('readwrite', (entries) => entries.delete(entry));
    },
  });
}

function open(name: string, closed: () => void): Promise<IDBDatabase> {
  const { indexedDB } = globalThis;
  if (!indexedDB) {
    throw new EspalierError({
      code: 'io',
      scope,
      message: "there is no IndexedDB here; in Node use folderStore('runs').",
    });
  }
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES);
    request.onerror = () => reject(request.error ?? new Error('it was not opened'));
    request.onsuccess = () => {
      const database = request.result;
      // Whoever deletes the database does not have to wait for this page.
      database.onversionchange = () => {
        database.close();
        closed();
      };
      database.onclose = closed;
      resolve(database);
    };
  });
}
