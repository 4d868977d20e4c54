import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Finished runs in a folder, by what they were made of. */
export class KeptRuns {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The run of this description, or `undefined` where there is none. A damaged file counts as none. */
  async get<T>(name: string, description: string): Promise<T | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path(name, description), 'utf8');
    } catch {
      return undefined;
    }
    try {
      return JSON.parse(text) as T;
    } catch {
      return undefined;
    }
  }

  /** Keeps a run: whole or not at all. */
  async set(name: string, description: string, run: unknown): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const path = this.#path(name, description);
    await writeFile(`${path}.part`, JSON.stringify(run));
    await rename(`${path}.part`, path);
  }

  #path(name: string, description: string): string {
    const digest = createHash('sha256').update(description).digest('hex').slice(0, 16);
    const readable = name.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-+|-+$/g, '');
    return join(this.#folder, `${readable}-${digest}.json`);
  }
}
