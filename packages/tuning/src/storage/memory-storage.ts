import type { StudyEvent } from '../study/study-event.js';
import type { StudyStorage } from '../study/study-storage.js';

/**
 * Keeps a study in memory, for as long as this object is kept.
 *
 * @example
 * ```ts
 * const study = await createStudy({ space: space({ x: float(0, 1) }), storage: memoryStorage() });
 * ```
 */
export function memoryStorage(): StudyStorage {
  const events: StudyEvent[] = [];
  const entries = new Map<string, Uint8Array>();
  return {
    name: 'memory',
    open: async () => [...events],
    append: async (event) => void events.push(event),
    write: async (entry, bytes) => void entries.set(entry, Uint8Array.from(bytes)),
    read: async (entry) => entries.get(entry),
    remove: async (entry) => void entries.delete(entry),
    entries: async () => [...entries.keys()],
    close: async () => {},
  };
}
