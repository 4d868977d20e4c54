import { type Checkpoint, encodeCheckpoint } from '@espalier/core';
import { type NodeFiles, nodeFiles, orIoError } from './files/node-files.js';
import { UNFINISHED, writeWhole } from './files/write-whole.js';

/** Why a checkpoint was written: in its turn, as the best so far, or as the last before a stop. */
export type CheckpointKind = 'checkpoint' | 'best' | 'last';

/** One checkpoint file. */
export interface CheckpointFile {
  readonly file: string;
  readonly kind: CheckpointKind;
  /** Files are numbered in the order of writing. */
  readonly sequence: number;
}

const PATTERN = /^(\d{6,})-(checkpoint|best|last)-step-\d+\.safetensors$/;

/** The checkpoints of a folder, oldest first. */
export async function listCheckpoints({ fs }: NodeFiles, directory: string): Promise<CheckpointFile[]> {
  const found: CheckpointFile[] = [];
  for (const file of await fs.readdir(directory)) {
    const match = PATTERN.exec(file);
    if (match) found.push({ file, kind: match[2] as CheckpointKind, sequence: Number(match[1]) });
  }
  return found.sort((a, b) => a.sequence - b.sequence);
}

/** Writes the checkpoints of one run into a folder and removes those that are no longer wanted. */
export class CheckpointFolder {
  readonly #files: NodeFiles;
  readonly #directory: string;
  readonly #scope: string;
  readonly #keep: Readonly<Record<CheckpointKind, number>>;
  readonly #found: readonly CheckpointFile[];
  #own: CheckpointFile[] = [];
  #sequence: number;

  /** @throws EspalierError `io` where the folder cannot be made or written to. */
  static async open(
    scope: string,
    directory: string,
    keep: Readonly<Record<CheckpointKind, number>>,
  ): Promise<CheckpointFolder> {
    const files = await nodeFiles(scope);
    return orIoError(scope, `write to the folder '${directory}'`, async () => {
      await files.fs.mkdir(directory, { recursive: true });
      const probe = files.path.join(directory, `probe${UNFINISHED}`);
      await files.fs.writeFile(probe, '');
      // What a killed process has left half-written goes too.
      for (const file of await files.fs.readdir(directory)) {
        if (file.endsWith(UNFINISHED)) await files.fs.rm(files.path.join(directory, file), { force: true });
      }
      const found = await listCheckpoints(files, directory);
      return new CheckpointFolder(files, directory, scope, keep, found);
    });
  }

  private constructor(
    files: NodeFiles,
    directory: string,
    scope: string,
    keep: Readonly<Record<CheckpointKind, number>>,
    found: readonly CheckpointFile[],
  ) {
    this.#files = files;
    this.#directory = directory;
    this.#scope = scope;
    this.#keep = keep;
    this.#found = found;
    this.#sequence = (found.at(-1)?.sequence ?? 0) + 1;
  }

  /** Treats what was in the folder as this run's own, as it is for a run that goes on. */
  adopt(): void {
    this.#own = [...this.#found];
  }

  async write(kind: CheckpointKind, checkpoint: Checkpoint): Promise<void> {
    const sequence = this.#sequence++;
    const file = `${String(sequence).padStart(6, '0')}-${kind}-step-${checkpoint.step}.safetensors`;
    const path = this.#files.path.join(this.#directory, file);
    await orIoError(this.#scope, `write '${path}'`, async () => {
      await writeWhole(this.#files, path, encodeCheckpoint(checkpoint));
      this.#own.push({ file, kind, sequence });
      await this.#prune(kind);
    });
  }

  async #prune(kind: CheckpointKind): Promise<void> {
    const ofKind = this.#own.filter((entry) => entry.kind === kind);
    for (const old of ofKind.slice(0, Math.max(0, ofKind.length - this.#keep[kind]))) {
      await this.#files.fs.rm(this.#files.path.join(this.#directory, old.file), { force: true });
      this.#own = this.#own.filter((entry) => entry !== old);
    }
  }
}
