import type { StudyEvent } from './study-event.js';

/**
 * Keeps a study: a list of events that only grows, and entries of bytes for checkpoints. One study has one storage, which
 * one process at a time has open.
 */
export interface StudyStorage {
  /** For messages, e.g. the file's path. */
  readonly name: string;
  /**
   * Takes hold of the study and gives the events so far.
   *
   * @throws EspalierError `io` where another process has it; `checkpoint` where it is damaged.
   */
  open(): Promise<readonly StudyEvent[]>;
  /** Adds an event. Once the promise is fulfilled, the event survives the end of the process. */
  append(event: StudyEvent): Promise<void>;
  /** Replaces an entry at once: a reader finds the old bytes or the new ones. */
  write(entry: string, bytes: Uint8Array): Promise<void>;
  /** `undefined` where there is no such entry. */
  read(entry: string): Promise<Uint8Array | undefined>;
  /** Removes an entry, if it is there. */
  remove(entry: string): Promise<void>;
  /** Names of all entries. */
  entries(): Promise<readonly string[]>;
  /** Lets go of the study. */
  close(): Promise<void>;
}
