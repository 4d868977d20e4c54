import { option, readOptions } from '@espalier/core';
import { gunzip } from '../gunzip.js';
import { invalidData } from '../invalid-data.js';
import { readTar } from '../tar.js';
import type { ArchiveFile } from './archive-paths.js';
import { readZip } from './read-zip.js';

const SCOPE = 'read-archive';

/** Options of {@link readArchive}. */
export interface ReadArchiveOptions {
  /** Most bytes that the files may have together, unpacked, >= 0. Default 2^30. */
  readonly maxBytes?: number;
}

/**
 * The files of an archive in memory: zip, tar, tar.gz, told apart by their first bytes.
 *
 * Sizes are checked before memory is taken, so a small archive cannot fill it; paths that lead out of the archive's folder are an
 * error; links and devices are passed over. Nothing is written: see {@link extractArchive}.
 *
 * @param bytes The whole archive.
 * @returns In the archive's order.
 * @throws EspalierError `invalid-option`; `invalid-data` for another file, a damaged or too large one, or such a path.
 * @example
 * ```ts
 * const response = await fetch('/data/pets.zip');
 * const files = await readArchive(new Uint8Array(await response.arrayBuffer()));
 * const pets = await fromImageFiles(files.map(({ path, data }) => ({ path, bytes: () => data })));
 * ```
 */
export async function readArchive(
  bytes: Uint8Array,
  options: ReadArchiveOptions = {},
): Promise<ArchiveFile[]> {
  const { maxBytes } = readOptions(SCOPE, options, {
    maxBytes: option.number({ min: 0, default: 2 ** 30 }),
  }).values;
  const [first, second] = bytes;
  if (first === 0x50 && second === 0x4b) return readZip(bytes, maxBytes);
  // A tar archive has at most a block more for each file, and its padding.
  const tar =
    first === 0x1f && second === 0x8b ? await gunzip(bytes, { maxBytes: 2 * maxBytes + 2 ** 20 }) : bytes;
  const files = readTar(tar);
  const total = files.reduce((sum, { data }) => sum + data.length, 0);
  if (total > maxBytes) {
    invalidData(
      SCOPE,
      `the files have ${total} bytes, more than maxBytes ${maxBytes}; raise it if that is meant.`,
    );
  }
  return files;
}
