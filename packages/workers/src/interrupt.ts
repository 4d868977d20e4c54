interface SignalProcess {
  once(event: 'SIGINT', listener: () => void): unknown;
  off(event: 'SIGINT', listener: () => void): unknown;
}

/**
 * Calls `stop` on the first Ctrl-C of this process, then lets go. Worker threads hear of no signals, so the trainer in one
 * cannot.
 *
 * @returns A function that lets go.
 */
export function onInterrupt(stop: () => void): () => void {
  const { process } = globalThis as { process?: Partial<SignalProcess> };
  if (typeof process?.once !== 'function' || typeof process.off !== 'function') return () => {};
  process.once('SIGINT', stop);
  return () => process.off!('SIGINT', stop);
}
