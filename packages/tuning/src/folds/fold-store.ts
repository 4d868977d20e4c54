import type { Trial } from '../study/trial.js';

/** Where finished folds and checkpoints are kept: entries of bytes by name. A `RunStore` of callbacks is one. */
export interface FoldStore {
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** The entries of a trial, which are removed when it ends. */
export function storeOf(trial: Pick<Trial<unknown>, 'loadBytes' | 'saveBytes'>): FoldStore {
  return {
    read: (name) => trial.loadBytes(name),
    write: (name, bytes) => trial.saveBytes(name, bytes),
  };
}
