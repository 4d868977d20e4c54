import type { NodeFiles } from '@espalier/core/internal';
import { codeOf } from '@espalier/core/internal';
import { orIoError } from './storage-error.js';

/** A file that only grows, and is cut back where a run resumes: whatever came after its checkpoint is written again. */
export class GrowingFile {
  readonly #scope: string;
  readonly #files: NodeFiles;
  readonly #path: string;
  #bytes = 0;

  constructor(scope: string, files: NodeFiles, path: string) {
    this.#scope = scope;
    this.#files = files;
    this.#path = path;
  }

  /** How much has been written. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Keeps so many bytes of what is there, if there are as many; else the file is empty.
   *
   * @throws EspalierError `io`.
   */
  async open(bytes: number): Promise<void> {
    await this.#do(async () => {
      const { fs, path } = this.#files;
      await fs.mkdir(path.dirname(this.#path), { recursive: true });
      const size = await fs.stat(this.#path).then(
        ({ size: found }) => found,
        (error: unknown) => {
          if (codeOf(error) === 'ENOENT') return 0;
          throw error;
        },
      );
      this.#bytes = size >= bytes ? bytes : 0;
      await (await fs.open(this.#path, 'a')).close();
      await fs.truncate(this.#path, this.#bytes);
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#do(() => this.#files.fs.appendFile(this.#path, bytes));
    this.#bytes += bytes.length;
  }

  #do(work: () => Promise<void>): Promise<void> {
    return orIoError(this.#scope, `write to '${this.#path}'`, work);
  }
}
