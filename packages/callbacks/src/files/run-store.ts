import { checkOptions, option, type Run } from '@espalier/core';
import type { ReleaseLock } from './run-lock.js';

/**
 * Where runs keep what outlives them: entries of bytes by name, in one flat place.
 *
 * {@link folderStore}, {@link indexedDbStore} and {@link opfsStore} are three; any object of this type will do.
 */
export interface RunStore {
  /** What messages call it, e.g. `OPFS 'runs/1'`. */
  readonly name: string;
  /** The names of all entries, in any order; none where nothing has been written yet. */
  list(): Promise<readonly string[]>;
  /** The bytes of an entry, the caller's to keep; `undefined` where there is none. */
  read(entry: string): Promise<Uint8Array | undefined>;
  /** Sets an entry to these bytes, at least one. Whenever the program is ended, it has the old ones or all of the new. */
  write(entry: string, bytes: Uint8Array): Promise<void>;
  /** Removes an entry; it need not exist. */
  remove(entry: string): Promise<void>;
  /**
   * Keeps a thing (an entry, or `checkpoints`) to one run, until what it gives is called; rejects, saying who has it. A store
   * that one program alone can reach needs none.
   */
  lock?(thing: string, run: Run): Promise<ReleaseLock>;
}

/** A place for a run's files: a folder of Node's file system, or a store. */
export type RunPlace =
  | { readonly directory: string; readonly store?: undefined }
  | { readonly store: RunStore; readonly directory?: undefined };

const EXPECTED = "a store, such as folderStore('runs') or opfsStore('runs')";

function isStore(value: unknown): value is RunStore {
  const methods = ['list', 'read', 'write', 'remove'] as const;
  const given = value as Partial<RunStore> | null | undefined;
  return typeof given?.name === 'string' && methods.every((method) => typeof given[method] === 'function');
}

/** The rule of an option that is a store. */
export const storeRule = option.custom<RunStore, { readonly optional: true }>({
  expected: EXPECTED,
  accepts: isStore,
  optional: true,
  toJson: ({ name }) => name,
});

/** @throws EspalierError `invalid-option` where `store` is none. */
export function checkStore(scope: string, store: unknown): asserts store is RunStore {
  if (!isStore(store)) checkOptions(scope).fail('store', EXPECTED, store);
}

/** Keeps a thing in a store to one run, where the store can. */
export async function lockInStore(store: RunStore, thing: string, run: Run): Promise<ReleaseLock> {
  return (await store.lock?.(thing, run)) ?? (async () => {});
}

/** Writes and removes an entry that nobody has: a store that refuses does so before the first step. */
export async function tryWriting(store: RunStore): Promise<void> {
  // Where it cannot be listed, writing says why.
  const entries = new Set(await store.list().catch(() => []));
  let probe = 'espalier-probe';
  for (let i = 2; entries.has(probe); i++) probe = `espalier-probe-${i}`;
  await store.write(probe, Uint8Array.of(1));
  await store.remove(probe);
}
