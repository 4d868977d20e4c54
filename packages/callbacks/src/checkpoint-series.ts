import { type Checkpoint, encodeCheckpoint } from '@espalier/core';
import { type RunStore, tryWriting } from './files/run-store.js';
import { inScope } from './files/storage-error.js';

/** Why a checkpoint was written: in its turn, as one of the best, as the last before a stop, or because an error ended the run. */
export type CheckpointKind = 'checkpoint' | 'best' | 'last' | 'error';

/** One checkpoint of a store. */
export interface CheckpointEntry {
  readonly entry: string;
  readonly kind: CheckpointKind;
  /** Checkpoints are numbered in the order of writing. */
  readonly sequence: number;
  /** Whole steps that the run had done. */
  readonly step: number;
}

const PATTERN = /^(\d{6,12})-(checkpoint|best|last|error)-step-(\d+)(?:-[A-Za-z0-9._-]+)?\.safetensors$/;

/** The checkpoints of a store, oldest first. */
export async function listCheckpoints(store: RunStore): Promise<CheckpointEntry[]> {
  const found: CheckpointEntry[] = [];
  for (const entry of await store.list()) {
    const match = PATTERN.exec(entry);
    if (match)
      found.push({
        entry,
        kind: match[2] as CheckpointKind,
        sequence: Number(match[1]),
        step: Number(match[3]),
      });
  }
  return found.sort((a, b) => a.sequence - b.sequence);
}

/** Writes the checkpoints of one run into a store and removes those that are no longer wanted. */
export class CheckpointSeries {
  readonly #store: RunStore;
  readonly #scope: string;
  readonly #found: readonly CheckpointEntry[];
  #own: CheckpointEntry[] = [];
  #sequence: number;

  /** @throws EspalierError `io` where the store cannot be written to. */
  static async open(scope: string, store: RunStore): Promise<CheckpointSeries> {
    return inScope(scope, async () => {
      await tryWriting(store);
      return new CheckpointSeries(store, scope, await listCheckpoints(store));
    });
  }

  /** @param found What is in the store already, oldest first. */
  constructor(store: RunStore, scope: string, found: readonly CheckpointEntry[]) {
    this.#store = store;
    this.#scope = scope;
    this.#found = found;
    this.#sequence = (found.at(-1)?.sequence ?? 0) + 1;
  }

  /** Treats what was in the store as this run's own, as it is for a run that goes on. */
  adopt(): void {
    this.#own = [...this.#found];
  }

  /**
   * @param wanted Which of the checkpoints of this kind stay, given oldest first, the new one last.
   * @param label What the name ends in besides.
   */
  async write(
    kind: CheckpointKind,
    checkpoint: Checkpoint,
    wanted: (entries: readonly CheckpointEntry[]) => readonly CheckpointEntry[],
    label = '',
  ): Promise<void> {
    const sequence = this.#sequence++;
    const { step } = checkpoint;
    const entry = `${String(sequence).padStart(6, '0')}-${kind}-step-${step}${label === '' ? '' : `-${label}`}.safetensors`;
    await inScope(this.#scope, async () => {
      await this.#store.write(entry, encodeCheckpoint(checkpoint));
      this.#own.push({ entry, kind, sequence, step });
      const ofKind = this.#own.filter((own) => own.kind === kind);
      const kept = new Set(wanted(ofKind));
      for (const old of ofKind) {
        if (kept.has(old)) continue;
        await this.#store.remove(old.entry);
        this.#own = this.#own.filter((own) => own !== old);
      }
    });
  }
}

/** The newest `count`. */
export function newest(count: number) {
  return (entries: readonly CheckpointEntry[]) => entries.slice(Math.max(0, entries.length - count));
}

/** Those of these steps, the newest of each. */
export function ofSteps(steps: readonly number[]) {
  return (entries: readonly CheckpointEntry[]) =>
    entries.filter(
      ({ step }, i) => steps.includes(step) && !entries.slice(i + 1).some((later) => later.step === step),
    );
}
