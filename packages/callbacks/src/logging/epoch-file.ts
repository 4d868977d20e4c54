import { type NodeFiles, nodeFiles } from '../files/node-files.js';
import { orIoError } from '../files/storage-error.js';
import { type EpochFormat, type EpochLog, headerLine, keptText } from './epoch-log.js';
import { refuseHeader } from './refuse-header.js';

/** A log in a file of Node, of which a killed process leaves whole lines and at most one torn one. */
export class EpochFile implements EpochLog {
  readonly #files: NodeFiles;
  readonly #scope: string;
  readonly #path: string;

  /** @throws EspalierError `io` where the file cannot be written to. It is made, but not changed. */
  static async open(scope: string, path: string): Promise<EpochFile> {
    const files = await nodeFiles(scope);
    await orIoError(scope, `write to '${path}'`, async () => {
      await files.fs.mkdir(files.path.dirname(path), { recursive: true });
      await (await files.fs.open(path, 'a')).close();
    });
    return new EpochFile(files, scope, path);
  }

  private constructor(files: NodeFiles, scope: string, path: string) {
    this.#files = files;
    this.#scope = scope;
    this.#path = path;
  }

  async startAnew(format: EpochFormat): Promise<void> {
    await this.#do(() => this.#files.fs.writeFile(this.#path, headerLine(format)));
  }

  async goOn(format: EpochFormat, epoch: number): Promise<void> {
    const text = await this.#do(() => this.#files.fs.readFile(this.#path, 'utf8'));
    const found = keptText(text, format, epoch);
    if ('header' in found) return refuseHeader(this.#scope, `'${this.#path}'`, found.header, format);
    if (!text.startsWith(found.kept)) return this.startAnew(format);
    await this.#do(() => this.#files.fs.truncate(this.#path, Buffer.byteLength(found.kept)));
  }

  async append(line: string): Promise<void> {
    await this.#do(async () => {
      const handle = await this.#files.fs.open(this.#path, 'a');
      try {
        await handle.writeFile(`${line}\n`);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    });
  }

  #do<T>(work: () => Promise<T>): Promise<T> {
    return orIoError(this.#scope, `write to '${this.#path}'`, work);
  }
}
