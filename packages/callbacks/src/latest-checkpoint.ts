import { type Checkpoint, decodeCheckpoint, EspalierError, option, readOptions } from '@espalier/core';
import { type CheckpointEntry, listCheckpoints } from './checkpoint-series.js';
import { folderStore } from './files/folder-store.js';
import { runFiles } from './files/run-files.js';
import { checkStore, type RunStore } from './files/run-store.js';
import { inScope } from './files/storage-error.js';

/** A checkpoint that was found. */
export interface FoundCheckpoint {
  /** Path of the file; in a store the name of its entry. */
  readonly path: string;
  /** Its events name each newer file that was passed over because it is damaged; a run that resumes from it records them. */
  readonly checkpoint: Checkpoint;
}

/**
 * The newest whole checkpoint that {@link modelCheckpoint} has written into a folder or a store.
 *
 * Damaged files are passed over for the next older one, and the checkpoint's events say so.
 *
 * @param place A folder of Node's file system, or a store; it need not exist.
 * @returns `undefined` where there is none.
 * @throws EspalierError `checkpoint` where there are files and none can be read; `io` where the place cannot be looked at.
 * @example
 * ```ts
 * const latest = await latestCheckpoint('checkpoints');
 * await trainer.fit(train, { epochs: 20, resumeFrom: latest?.checkpoint });
 * ```
 */
export async function latestCheckpoint(place: string | RunStore): Promise<FoundCheckpoint | undefined> {
  const { store, entries } = await look('latest-checkpoint', place);
  return firstWhole('latest-checkpoint', place, store, entries.reverse());
}

/**
 * The best checkpoint that {@link modelCheckpoint} with a `monitor` has written into a folder or a store: for
 * `loadWeights(model, best.checkpoint)`, which needs no data.
 *
 * Damaged files are passed over, and the checkpoint's events say so.
 *
 * @param place A folder of Node's file system, or a store; it need not exist.
 * @param options `name` of the plugin that wrote it, default `model-checkpoint`.
 * @returns `undefined` where there is none.
 * @throws EspalierError `checkpoint` where there are files and none can be read; `io` where the place cannot be looked at.
 * @example
 * ```ts
 * const best = await bestCheckpoint('checkpoints');
 * if (best) loadWeights(model, best.checkpoint);
 * ```
 */
export async function bestCheckpoint(
  place: string | RunStore,
  options: { readonly name?: string } = {},
): Promise<FoundCheckpoint | undefined> {
  const { name } = readOptions('best-checkpoint', options, {
    name: option.text({ default: 'model-checkpoint' }),
  }).values;
  const { store, entries } = await look('best-checkpoint', place);
  const ofBest = entries.filter(({ kind }) => kind === 'best').reverse();
  const newest = await firstWhole('best-checkpoint', place, store, ofBest);
  // The newest knows how all of them rank.
  const state = newest?.checkpoint.plugins[name] as
    { best?: readonly { readonly step: number }[] } | undefined;
  const ranks = (state?.best ?? []).map(({ step }) => step);
  const rankOf = ({ step }: CheckpointEntry): number => (ranks.indexOf(step) + 1 || Infinity) as number;
  return firstWhole(
    'best-checkpoint',
    place,
    store,
    [...ofBest].sort((a, b) => rankOf(a) - rankOf(b)),
  );
}

async function look(
  scope: string,
  place: string | RunStore,
): Promise<{ store: RunStore; entries: CheckpointEntry[] }> {
  const store = typeof place === 'string' ? folderStore(place) : place;
  checkStore(scope, store);
  return { store, entries: await inScope(scope, () => listCheckpoints(store)) };
}

async function firstWhole(
  scope: string,
  place: string | RunStore,
  store: RunStore,
  entries: readonly CheckpointEntry[],
): Promise<FoundCheckpoint | undefined> {
  const damaged: { readonly entry: string; readonly cause: Error }[] = [];
  for (const { entry } of entries) {
    try {
      const bytes = await store.read(entry);
      // Removed since it was listed.
      if (!bytes) continue;
      const checkpoint = decodeCheckpoint(bytes);
      const path = typeof place === 'string' ? (await runFiles(scope)).path.join(place, entry) : entry;
      const events = damaged.map(({ entry: other, cause: { message } }) => ({
        epoch: checkpoint.epoch,
        step: checkpoint.step,
        source: scope,
        message: `passed over ${other}: ${message}`,
      }));
      return { path, checkpoint: { ...checkpoint, events: [...checkpoint.events, ...events] } };
    } catch (error) {
      damaged.push({ entry, cause: error as Error });
    }
  }
  const [newest] = damaged;
  if (!newest) return undefined;
  throw new EspalierError({
    code: 'checkpoint',
    scope,
    message: `none of the ${entries.length} checkpoints in ${store.name} can be read; the newest: ${newest.cause.message}`,
    cause: newest.cause,
  });
}
