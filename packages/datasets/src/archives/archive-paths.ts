import { invalidData } from '../invalid-data.js';

/** A file in an archive. */
export interface ArchiveFile {
  /** Within the archive's folder, parts separated by `/`. */
  readonly path: string;
  readonly data: Uint8Array;
}

/**
 * A path of an archive, without the `./` that some programs put before all of them. Refuses one that leads out of the folder that
 * the archive is unpacked to, or that some system would not write.
 *
 * @throws EspalierError `invalid-data` with the path.
 */
export function archivePath(path: string, scope: string): string {
  if (/^([/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes('..') || path.includes('\0')) {
    invalidData(
      scope,
      `the archive holds the path '${path}', which leads out of its folder; do not trust it.`,
    );
  }
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** A name in UTF-8; or, of old systems, each byte for itself, so that two names never become one. */
export function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

/** Each file once: where a path is there again, the later one took its place. */
export function lastOfEach(files: readonly ArchiveFile[]): ArchiveFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}
