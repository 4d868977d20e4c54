import { indexedDbStore, opfsStore, type RunStore } from 'espalier';
import { asSettings, type Settings } from '../settings.js';

/** How the run that is kept stands. */
export type Standing = 'running' | 'stopped' | 'completed';

/** What is kept of a run beside its checkpoints and its log. */
export interface RunNote {
  readonly settings: Settings;
  readonly standing: Standing;
  /** Counts of the last evaluation: `[actual][predicted]`. */
  readonly confusion?: readonly (readonly number[])[];
}

const NOTE = 'run.json';
let opened: Promise<RunStore> | undefined;

/** Where this page keeps its run: the origin private file system, or IndexedDB where that cannot be written to. */
export function runStore(): Promise<RunStore> {
  opened ??= open();
  return opened;
}

async function open(): Promise<RunStore> {
  const files = opfsStore('digits');
  try {
    await files.write('probe', Uint8Array.of(1));
    await files.remove('probe');
    return files;
  } catch {
    return indexedDbStore('digits');
  }
}

/** Only one tab trains: this one, or nobody knows whose checkpoint is the newest. */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  // A tab that was just closed or reloaded may take a moment to let go.
  const options: LockOptions = { signal: AbortSignal.timeout(3000) };
  let mine = false;
  try {
    return await navigator.locks.request('espalier-digits', options, () => {
      mine = true;
      return work();
    });
  } catch (error) {
    if (mine) throw error;
    throw new Error('Another tab of this page is training. Stop it there, or close it.', { cause: error });
  }
}

export async function writeNote(store: RunStore, note: RunNote): Promise<void> {
  await store.write(NOTE, new TextEncoder().encode(JSON.stringify(note)));
}

/** What is noted of the kept run; `undefined` where there is none, or it makes no sense. */
export async function readNote(store: RunStore): Promise<RunNote | undefined> {
  const bytes = await store.read(NOTE);
  if (!bytes) return undefined;
  try {
    const { settings, standing, confusion } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<RunNote>;
    const known = asSettings(settings);
    if (!known || !standing || !['running', 'stopped', 'completed'].includes(standing)) return undefined;
    return { settings: known, standing, ...(isMatrix(confusion) && { confusion }) };
  } catch {
    return undefined;
  }
}

function isMatrix(value: unknown): value is number[][] {
  const tenNumbers = (row: unknown): boolean =>
    Array.isArray(row) && row.length === 10 && row.every((count) => Number.isFinite(count));
  return Array.isArray(value) && value.length === 10 && value.every(tenNumbers);
}

/** Makes room for a new run. */
export async function clear(store: RunStore): Promise<void> {
  for (const entry of await store.list()) await store.remove(entry);
}
