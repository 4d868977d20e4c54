import { type RunStore, tryWriting } from '../files/run-store.js';
import { inScope } from '../files/storage-error.js';
import { type EpochLog, otherHeader, textOf } from './epoch-log.js';
import { refuseHeader } from './refuse-header.js';

/** A log in an entry of a store, which is replaced with each line. */
export class EpochEntry implements EpochLog {
  readonly #scope: string;
  readonly #store: RunStore;
  readonly #entry: string;
  #text = '';

  constructor(scope: string, store: RunStore, entry: string) {
    this.#scope = scope;
    this.#store = store;
    this.#entry = entry;
  }

  /** @throws EspalierError `io` where the store cannot be written to. The entry is not changed. */
  static async open(scope: string, store: RunStore, entry: string): Promise<EpochEntry> {
    await inScope(scope, () => tryWriting(store));
    return new EpochEntry(scope, store, entry);
  }

  async replace(header: string, lines: readonly string[], resumes: boolean): Promise<void> {
    if (resumes) {
      const bytes = await inScope(this.#scope, () => this.#store.read(this.#entry));
      const other = otherHeader(bytes ? new TextDecoder().decode(bytes) : '', header);
      if (other !== undefined)
        refuseHeader(this.#scope, `'${this.#entry}' of ${this.#store.name}`, other, header);
    }
    await this.#set(textOf(header, lines));
  }

  append(line: string): Promise<void> {
    return this.#set(`${this.#text}${line}\n`);
  }

  /** A store keeps no empty entries. */
  async #set(text: string): Promise<void> {
    await inScope(this.#scope, () =>
      text === ''
        ? this.#store.remove(this.#entry)
        : this.#store.write(this.#entry, new TextEncoder().encode(text)),
    );
    this.#text = text;
  }
}
