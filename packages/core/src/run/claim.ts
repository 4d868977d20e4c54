import { fail } from '../errors.js';
import type { Plugin } from './plugin.js';

const key = Symbol.for('espalier.in-use');
const shared = globalThis as { [key]?: WeakSet<object> };

/** An object that one run at a time may use. */
export interface Claimed {
  readonly object: object;
  /** What it is, for the message. */
  readonly what: string;
}

/** The plugins of a run. */
export function claimedPlugins(plugins: readonly Plugin[]): Claimed[] {
  return plugins.map((plugin) => ({ object: plugin, what: `plugin '${plugin.name}'` }));
}

/**
 * Keeps what holds the state of a run (a model, a plugin) to one run at a time.
 *
 * @returns A function that gives them free.
 * @throws EspalierError `invalid-option` naming what another run uses.
 */
export function claim(scope: string, wanted: readonly Claimed[]): () => void {
  const inUse = (shared[key] ??= new WeakSet());
  const taken = wanted.find(({ object }) => inUse.has(object));
  if (taken) {
    fail(
      'invalid-option',
      scope,
      `${taken.what} is used by another run that has not ended; await that run (a loop of your own ends with its fitEnd), or make another one for this.`,
    );
  }
  for (const { object } of wanted) inUse.add(object);
  let held = true;
  return () => {
    if (held) for (const { object } of wanted) inUse.delete(object);
    held = false;
  };
}
