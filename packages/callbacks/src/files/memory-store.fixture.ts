import type { RunStore } from './run-store.js';

/** A store that is a map, for tests. */
export function memoryStore(
  entries = new Map<string, Uint8Array>(),
): RunStore & { text(entry: string): string } {
  return {
    name: 'memory',
    list: async () => [...entries.keys()],
    read: async (entry) => entries.get(entry),
    write: async (entry, bytes) => void entries.set(entry, bytes.slice()),
    remove: async (entry) => void entries.delete(entry),
    text: (entry) => new TextDecoder().decode(entries.get(entry)),
  };
}
