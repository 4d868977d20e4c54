import { type ArchiveFile, archivePath, lastOfEach, nameOf } from './archives/archive-paths.js';
import { invalidData } from './invalid-data.js';

const SCOPE = 'tar';
const BLOCK = 512;

/**
 * The files of a tar archive (POSIX ustar, with the long names of pax and GNU), as views of it.
 *
 * Nothing is written anywhere. Paths that would lead out of the archive's folder are refused all the same, and links and
 * devices are passed over.
 *
 * @param bytes The whole archive, not compressed.
 * @throws EspalierError `invalid-data` when it is no tar archive, damaged or cut short, naming the byte.
 */
export function readTar(bytes: Uint8Array): ArchiveFile[] {
  const files: ArchiveFile[] = [];
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return lastOfEach(files);
    checkSum(header, at);
    const size = octal(header, 124, 12, at);
    const end = at + BLOCK + size;
    if (end > bytes.length) {
      invalidData(
        SCOPE,
        `the archive is cut short: the file at byte ${at} needs ${size} bytes; get it again.`,
      );
    }
    const data = bytes.subarray(at + BLOCK, end);
    const type = String.fromCharCode(header[156]!);
    if (type === 'x') longPath = paxPath(data) ?? longPath;
    else if (type === 'L') longPath = text(data);
    else {
      const path = archivePath(longPath ?? ustarPath(header), SCOPE);
      longPath = undefined;
      if (type === '0' || type === '\0' || type === '7') files.push({ path, data });
    }
    at = BLOCK * Math.ceil(end / BLOCK);
  }
  if (files.length === 0) invalidData(SCOPE, 'this is no tar archive: it has no whole block of 512 bytes.');
  return lastOfEach(files);
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return nameOf(end < 0 ? bytes : bytes.subarray(0, end));
}

function ustarPath(header: Uint8Array): string {
  const name = text(header.subarray(0, 100));
  const prefix = text(header.subarray(257, 262)) === 'ustar' ? text(header.subarray(345, 500)) : '';
  return prefix ? `${prefix}/${name}` : name;
}

function octal(header: Uint8Array, start: number, length: number, at: number): number {
  const digits = text(header.subarray(start, start + length)).trim();
  if (!/^[0-7]+$/.test(digits))
    invalidData(SCOPE, `this is no tar archive, or damaged: no size at byte ${at + start}.`);
  return Number.parseInt(digits, 8);
}

function checkSum(header: Uint8Array, at: number): void {
  const stated = Number.parseInt(text(header.subarray(148, 156)).trim(), 8);
  let sum = 0;
  // The sum is taken with its own field as blanks.
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  if (sum !== stated)
    invalidData(SCOPE, `this is no tar archive, or damaged: the header at byte ${at} does not add up.`);
}

// Records of the form "27 path=the/long/name\n".
function paxPath(data: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(nameOf(data))?.[1];
}
