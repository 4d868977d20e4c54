import { checkOptions, type Run } from '@espalier/core';
import type { ReleaseLock } from './run-lock.js';
import type { RunStore } from './run-store.js';
import { orIoError } from './storage-error.js';

/** What one kind of storage does with entries whose names and sizes have been checked. */
export interface Storage {
  list(): Promise<Iterable<string>>;
  /** `admit` is called with the size in bytes, before they are read where that can be. */
  read(entry: string, admit: (bytes: number) => void): Promise<Uint8Array | undefined>;
  write(entry: string, bytes: Uint8Array): Promise<void>;
  remove(entry: string): Promise<void>;
  lock?(thing: string, run: Run): Promise<ReleaseLock>;
}

/** What one array of Node and of every browser holds. */
const MAX_BYTES = 2 ** 31 - 1;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9_-])?$/;
/** Names of files that are being written, here and in browsers. */
const UNFINISHED = /\.(?:tmp|crswap)$/i;

/** True for letters, digits, `.`, `_` and `-`, at most 200: a name that leads nowhere else, in any storage. */
export function isEntryName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name) && !UNFINISHED.test(name);
}

/** A store out of what one kind of storage does: with names and sizes checked, and its errors made the standard one. */
export function guardedStore(scope: string, name: string, storage: Storage): RunStore {
  const check = checkOptions(scope);
  const checkEntry = (entry: unknown): void => {
    if (!isEntryName(entry)) {
      check.fail('the name of an entry', 'letters, digits, ".", "_", "-", at most 200, no folders', entry);
    }
  };
  const checkSize = (what: string, bytes: number): void => {
    if (!(bytes <= MAX_BYTES)) check.fail(what, `at most ${MAX_BYTES} bytes`, bytes);
  };
  const wrote = `write to ${name}`;
  return {
    name,
    list: () => orIoError(scope, `list ${name}`, async () => [...(await storage.list())].filter(isEntryName)),
    async read(entry) {
      checkEntry(entry);
      return orIoError(scope, `read '${entry}' of ${name}`, () =>
        storage.read(entry, (bytes) => checkSize(`'${entry}' of ${name}`, bytes)),
      );
    },
    async write(entry, bytes) {
      checkEntry(entry);
      if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
        check.fail('the bytes of an entry', 'a Uint8Array with at least one', bytes);
      }
      checkSize('the bytes of an entry', bytes.length);
      return orIoError(scope, wrote, () => storage.write(entry, bytes));
    },
    async remove(entry) {
      checkEntry(entry);
      return orIoError(scope, wrote, () => storage.remove(entry));
    },
    ...(storage.lock && {
      async lock(thing: string, run: Run) {
        checkEntry(thing);
        return orIoError(scope, wrote, () => storage.lock!(thing, run));
      },
    }),
  };
}
