import {
  type Checkpoint,
  type EpochRecord,
  type HostArrays,
  latestCheckpoint,
  type RunStore,
} from 'espalier';
import { type Network, networkOf } from '../network.js';
import { readNote, type RunNote, runStore } from './run-store.js';

/** A run found in this browser. */
export interface SavedRun extends RunNote {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly epochs: readonly EpochRecord[];
  readonly network: Network;
}

/** The run that an earlier visit has left, and where it is kept. */
export async function savedRun(): Promise<{ readonly storage: string; readonly run?: SavedRun }> {
  const store = await runStore();
  const note = await readNote(store);
  const latest = note && (await latestCheckpoint(store).catch(() => undefined));
  if (!latest) return { storage: store.name };
  const { step, stepsPerEpoch } = latest.checkpoint;
  const epochs = await logged(store);
  return {
    storage: store.name,
    run: { ...note, step, stepsPerEpoch, epochs, network: networkOf(parametersOf(latest.checkpoint)) },
  };
}

/** The weights in a checkpoint, as `Trainer.getWeights` names them. */
function parametersOf({ arrays }: Checkpoint): HostArrays {
  const prefix = 'parameters/';
  const names = Object.keys(arrays).filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), arrays[name]!]));
}

/** The lines of the run's log. */
async function logged(store: RunStore): Promise<EpochRecord[]> {
  const bytes = await store.read('log.jsonl');
  const lines = new TextDecoder().decode(bytes).split('\n').filter(Boolean);
  try {
    return lines.map((line) => JSON.parse(line) as EpochRecord);
  } catch {
    return [];
  }
}
