import { invalidData } from '../invalid-data.js';

/** A file in an archive. */
export interface ArchiveFile {
  /** Within the archive's folder, parts separated by `/`. */
  readonly path: string;
  readonly data: Uint8Array;
}

/**
 * Refuses a path that leads out of the folder that an archive is unpacked to, or that some system would not write.
 *
 * @throws EspalierError `invalid-data` with the path.
 */
export function checkArchivePath(path: string, scope: string): void {
  if (/^([/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes('..') || path.includes('\0')) {
    invalidData(
      scope,
      `the archive holds the path '${path}', which leads out of its folder; do not trust it.`,
    );
  }
}
