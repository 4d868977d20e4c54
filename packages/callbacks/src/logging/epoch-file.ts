import type { NodeFiles } from '@espalier/core/internal';
import { runFiles } from '../files/run-files.js';
import { orIoError } from '../files/storage-error.js';
import { toDisk, writeWhole } from '../files/write-whole.js';
import { type EpochLog, otherHeader, textOf } from './epoch-log.js';
import { refuseHeader } from './refuse-header.js';

/** A log in a file of Node, of which a killed process leaves whole lines and at most one torn one. */
export class EpochFile implements EpochLog {
  readonly #files: NodeFiles;
  readonly #scope: string;
  readonly #path: string;

  constructor(files: NodeFiles, scope: string, path: string) {
    this.#files = files;
    this.#scope = scope;
    this.#path = path;
  }

  /** @throws EspalierError `io` where the file cannot be written to. It is made, but not changed. */
  static async open(scope: string, path: string): Promise<EpochFile> {
    const files = await runFiles(scope);
    await orIoError(scope, `write to '${path}'`, async () => {
      await files.fs.mkdir(files.path.dirname(path), { recursive: true });
      await (await files.fs.open(path, 'a')).close();
    });
    return new EpochFile(files, scope, path);
  }

  async replace(header: string, lines: readonly string[], resumes: boolean): Promise<void> {
    if (resumes) {
      const other = otherHeader(await this.#do(() => this.#files.fs.readFile(this.#path, 'utf8')), header);
      if (other !== undefined) refuseHeader(this.#scope, `'${this.#path}'`, other, header);
    }
    const bytes = new TextEncoder().encode(textOf(header, lines));
    await this.#do(() => writeWhole(this.#files, this.#path, bytes));
  }

  async append(line: string): Promise<void> {
    await this.#do(async () => {
      const handle = await this.#files.fs.open(this.#path, 'a');
      try {
        await handle.writeFile(`${line}\n`);
        await toDisk(handle);
      } finally {
        await handle.close();
      }
    });
  }

  #do<T>(work: () => Promise<T>): Promise<T> {
    return orIoError(this.#scope, `write to '${this.#path}'`, work);
  }
}
