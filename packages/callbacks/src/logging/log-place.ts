import { checkOptions, option, type Run } from '@espalier/core';
import { isEntryName } from '../files/guarded-store.js';
import { runFiles } from '../files/run-files.js';
import { lockForRun, type ReleaseLock } from '../files/run-lock.js';
import { lockInStore, type RunStore, storeRule } from '../files/run-store.js';
import { inScope, orIoError } from '../files/storage-error.js';
import { EpochEntry } from './epoch-entry.js';
import { EpochFile } from './epoch-file.js';
import type { EpochLog } from './epoch-log.js';

/** Where a log is kept. */
export type LogPlace =
  | {
      /** A file of Node's file system; its folder is made where it does not exist. */
      readonly path: string;
      readonly store?: undefined;
      readonly entry?: undefined;
    }
  | {
      /** A store, such as `opfsStore('runs/1')`. */
      readonly store: RunStore;
      /** Name of the entry there. Default `log.csv` or `log.jsonl`. */
      readonly entry?: string;
      readonly path?: undefined;
    };

/** The rules of a {@link LogPlace}. */
export const PLACE_RULES = {
  path: option.text({ optional: true }),
  store: storeRule,
  entry: option.custom<string, { readonly optional: true }>({
    expected: 'letters, digits, ".", "_", "-", at most 200, no folders',
    accepts: isEntryName,
    optional: true,
  }),
};

/** @throws EspalierError `invalid-option` where the place is not one file or entry. */
export function checkLogPlace(scope: string, { path, store, entry }: LogPlace): void {
  const check = checkOptions(scope);
  if (store === undefined) {
    check.text('path', path);
    if (entry !== undefined) check.fail('entry', 'left out where path is given', entry);
  } else if (path !== undefined) check.fail('path', 'left out where store is given', path);
}

/** @throws EspalierError `io` where the place cannot be written to. */
export function openLog(name: string, place: LogPlace, defaultEntry: string): Promise<EpochLog> {
  if (place.store === undefined) return EpochFile.open(name, place.path);
  return EpochEntry.open(name, place.store, place.entry ?? defaultEntry);
}

/**
 * Keeps the place to one run.
 *
 * @throws EspalierError `io` where another has it, or it cannot be written to.
 */
export async function lockLog(
  scope: string,
  place: LogPlace,
  defaultEntry: string,
  run: Run,
): Promise<ReleaseLock> {
  const { store, path, entry = defaultEntry } = place;
  if (store !== undefined) return inScope(scope, () => lockInStore(store, entry, run));
  const node = await runFiles(scope);
  return orIoError(scope, `write to '${path}'`, async () => {
    const folder = node.path.dirname(path);
    await node.fs.mkdir(folder, { recursive: true });
    const lock = node.path.join(folder, `.${node.path.basename(path)}.lock`);
    return lockForRun(run, { path: lock, what: `'${path}'`, scope, node });
  });
}
