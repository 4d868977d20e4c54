import { EspalierError } from '@espalier/core';
import { type NodeFiles, nodeFiles, orIoError } from '../files/node-files.js';

/** How one kind of log file is written and read back. */
export interface EpochFormat {
  /** First line of the file, without the line end; empty where there is none. */
  readonly header: string;
  /** The epoch of a line; NaN where it is no whole line. */
  epochOf(line: string): number;
}

/** A text file with one line for each epoch, of which a killed process leaves whole lines and at most one torn one. */
export class EpochFile {
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

  /** Empties the file, up to its header. */
  async startAnew({ header }: EpochFormat): Promise<void> {
    await this.#do(() => this.#files.fs.writeFile(this.#path, header === '' ? '' : `${header}\n`));
  }

  /**
   * Keeps the lines of the epochs before `epoch`: what is torn, or was written after the checkpoint that the run goes on
   * from, goes.
   *
   * @throws EspalierError `invalid-option` where the file has another header.
   */
  async goOn(format: EpochFormat, epoch: number): Promise<void> {
    const text = await this.#do(() => this.#files.fs.readFile(this.#path, 'utf8'));
    const header = format.header === '' ? '' : `${format.header}\n`;
    if (!text.startsWith(header)) {
      if (text.includes('\n')) this.#refuse(text.slice(0, text.indexOf('\n')), format.header);
      return this.startAnew(format);
    }
    let end = header.length;
    for (let next = text.indexOf('\n', end); next >= 0; next = text.indexOf('\n', end)) {
      if (!(format.epochOf(text.slice(end, next)) < epoch)) break;
      end = next + 1;
    }
    await this.#do(() => this.#files.fs.truncate(this.#path, Buffer.byteLength(text.slice(0, end))));
  }

  /** Adds a line and brings it to the disk. */
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

  #refuse(got: string, expected: string): never {
    throw new EspalierError({
      code: 'invalid-option',
      scope: this.#scope,
      message: `cannot go on with '${this.#path}': its columns are ${got}, those of this run ${expected}; give another path.`,
    });
  }
}
