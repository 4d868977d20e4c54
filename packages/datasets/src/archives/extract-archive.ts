import { EspalierError, option, readOptions } from '@espalier/core';
import { nodeFiles, type NodeFiles } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import { readArchive } from './read-archive.js';

const SCOPE = 'extract-archive';

/** Options of {@link extractArchive}. */
export interface ExtractArchiveOptions {
  /** The folder to write to; it is made where there is none. */
  readonly to: string;
  /** Most bytes that the files may have together, unpacked, >= 0. Default 2^30. */
  readonly maxBytes?: number;
}

/**
 * Unpacks a zip, tar or tar.gz file into a folder, in Node. Files that are there already are replaced, each
 * at once and as a whole.
 *
 * Nothing is written outside of the folder, not through a link that lies in it either, and nothing at all where any part of the
 * archive is refused; see {@link readArchive}.
 *
 * @param file Path of the archive.
 * @returns The paths written, within `to`, in the archive's order.
 * @throws EspalierError `invalid-option`; `io` where the archive cannot be read or a file not be written; `invalid-data` as
 *   `readArchive`.
 * @example
 * ```ts
 * const archive = await download('https://example.com/pets.tar.gz', { to: 'data/pets.tar.gz', sha256: '0'.repeat(64) });
 * await extractArchive(archive, { to: 'data/pets' });
 * ```
 */
export async function extractArchive(file: string, options: ExtractArchiveOptions): Promise<string[]> {
  const { to, maxBytes } = readOptions(SCOPE, options, {
    to: option.text(),
    maxBytes: option.number({ min: 0, default: 2 ** 30 }),
  }).values;
  const { fs, path } = await nodeFiles(SCOPE, 'use readArchive() in a browser');
  const fail = (what: string, cause: unknown): never => {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new EspalierError({ code: 'io', scope: SCOPE, message: `cannot ${what}: ${detail}`, cause });
  };
  const { size } = await fs.stat(file).catch((cause: unknown) => fail(`read ${file}`, cause));
  if (size > 2 * maxBytes + 2 ** 20) {
    invalidData(SCOPE, `${file} has ${size} bytes, and maxBytes is ${maxBytes}; raise it if that is meant.`);
  }
  const bytes = await fs.readFile(file).catch((cause: unknown) => fail(`read ${file}`, cause));
  const files = await readArchive(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), { maxBytes });
  await fs.mkdir(to, { recursive: true }).catch((cause: unknown) => fail(`make the folder ${to}`, cause));
  const root = await fs.realpath(to);
  for (const { path: name, data } of files) {
    const target = path.join(root, name);
    const folder = path.dirname(target);
    await fs
      .mkdir(folder, { recursive: true })
      .catch((cause: unknown) => fail(`make the folder ${folder}`, cause));
    const real = await fs.realpath(folder);
    const link = await fs.lstat(target).then(
      (stat) => stat.isSymbolicLink(),
      () => false,
    );
    if ((real !== root && !real.startsWith(root + path.sep)) || link) {
      throw new EspalierError({
        code: 'io',
        scope: SCOPE,
        message: `'${name}' would be written through a link that leads out of ${to}; unpack into an empty folder.`,
      });
    }
    await writeAll(fs, target, data).catch((cause: unknown) => fail(`write ${target}`, cause));
  }
  return files.map(({ path: name }) => name);
}

/** A name stands for all bytes of its file, whenever the process stops; a link under the other name is not followed. */
async function writeAll(
  { rm, writeFile, rename }: NodeFiles['fs'],
  target: string,
  data: Uint8Array,
): Promise<void> {
  const unfinished = `${target}.unpacking`;
  try {
    await rm(unfinished, { force: true });
    await writeFile(unfinished, data, { flag: 'wx' });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
}
