import { type RunStore, tryWriting } from '../files/run-store.js';
import { inScope } from '../files/storage-error.js';
import { type EpochFormat, type EpochLog, headerLine, keptText } from './epoch-log.js';
import { refuseHeader } from './refuse-header.js';

/** A log in an entry of a store, which is replaced with each line. */
export class EpochEntry implements EpochLog {
  readonly #scope: string;
  readonly #store: RunStore;
  readonly #entry: string;
  #text = '';

  /** @throws EspalierError `io` where the store cannot be written to. The entry is not changed. */
  static async open(scope: string, store: RunStore, entry: string): Promise<EpochEntry> {
    await inScope(scope, () => tryWriting(store));
    return new EpochEntry(scope, store, entry);
  }

  private constructor(scope: string, store: RunStore, entry: string) {
    this.#scope = scope;
    this.#store = store;
    this.#entry = entry;
  }

  async startAnew(format: EpochFormat): Promise<void> {
    await this.#replace(headerLine(format));
  }

  async goOn(format: EpochFormat, epoch: number): Promise<void> {
    const bytes = await inScope(this.#scope, () => this.#store.read(this.#entry));
    const found = keptText(bytes ? new TextDecoder().decode(bytes) : '', format, epoch);
    if ('header' in found) {
      return refuseHeader(this.#scope, `'${this.#entry}' of ${this.#store.name}`, found.header, format);
    }
    await this.#replace(found.kept);
  }

  append(line: string): Promise<void> {
    return this.#replace(`${this.#text}${line}\n`);
  }

  /** A store keeps no empty entries. */
  async #replace(text: string): Promise<void> {
    await inScope(this.#scope, () =>
      text === ''
        ? this.#store.remove(this.#entry)
        : this.#store.write(this.#entry, new TextEncoder().encode(text)),
    );
    this.#text = text;
  }
}
