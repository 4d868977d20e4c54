interface SignalProcess {
  once(event: 'SIGINT', listener: () => void): unknown;
  off(event: 'SIGINT', listener: () => void): unknown;
}

/**
 * Calls `stop` on the first Ctrl-C (SIGINT) of this process, then lets go, so that a second one ends the process as usual.
 *
 * @returns A function that lets go. Does nothing where there is no process.
 */
export function onInterrupt(stop: () => void): () => void {
  const { process } = globalThis as { process?: Partial<SignalProcess> };
  if (typeof process?.once !== 'function' || typeof process.off !== 'function') return () => {};
  process.once('SIGINT', stop);
  return () => process.off!('SIGINT', stop);
}
