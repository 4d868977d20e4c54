import { fail } from '../errors.js';

const key = Symbol.for('espalier.in-use');
const shared = globalThis as { [key]?: WeakSet<object> };

/** An object that one run at a time may use. */
export interface Claimed {
  readonly object: object;
  /** What it is, for the message. */
  readonly what: string;
}

/**
 * Keeps what holds the state of a run (a model, a plugin) to one run at a time.
 *
 * @returns A function that gives them free.
 * @throws EspalierError `invalid-option` naming what another run uses.
 */
export function claim(wanted: readonly Claimed[]): () => void {
  const inUse = (shared[key] ??= new WeakSet());
  const taken = wanted.find(({ object }) => inUse.has(object));
  if (taken) {
    fail(
      'invalid-option',
      'trainer',
      `${taken.what} is used by another run that has not ended; await that run, or make another one for this.`,
    );
  }
  for (const { object } of wanted) inUse.add(object);
  return () => {
    for (const { object } of wanted) inUse.delete(object);
  };
}
