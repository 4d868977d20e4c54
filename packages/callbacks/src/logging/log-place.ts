import { checkOptions } from '@espalier/core';
import { isEntryName } from '../files/guarded-store.js';
import { checkStore, type RunStore } from '../files/run-store.js';
import { EpochEntry } from './epoch-entry.js';
import { EpochFile } from './epoch-file.js';
import type { EpochLog } from './epoch-log.js';

/** Where a log is kept. */
export type LogPlace =
  | {
      /** A file of Node's file system; its folder is made where it does not exist. */
      readonly path: string;
      readonly store?: undefined;
    }
  | {
      /** A store, such as `opfsStore('runs/1')`. */
      readonly store: RunStore;
      /** Name of the entry there. Default `log.csv` or `log.jsonl`. */
      readonly entry?: string;
      readonly path?: undefined;
    };

/** @throws EspalierError `invalid-option` where the place is not one file or entry. */
export function checkLogPlace(scope: string, place: LogPlace): void {
  const check = checkOptions(scope);
  if (place.store === undefined) return check.text('path', place.path);
  checkStore(scope, place.store);
  const { path } = place as { readonly path?: unknown };
  if (path !== undefined) check.fail('path', 'left out where store is given', path);
  if (place.entry !== undefined && !isEntryName(place.entry)) {
    check.fail('entry', 'letters, digits, ".", "_", "-", at most 200, no folders', place.entry);
  }
}

/** @throws EspalierError `io` where the place cannot be written to. */
export function openLog(name: string, place: LogPlace, defaultEntry: string): Promise<EpochLog> {
  if (place.store === undefined) return EpochFile.open(name, place.path);
  return EpochEntry.open(name, place.store, place.entry ?? defaultEntry);
}
