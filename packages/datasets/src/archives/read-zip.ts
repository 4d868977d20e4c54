import { inflate } from '../inflate.js';
import { invalidData } from '../invalid-data.js';
import { type ArchiveFile, archivePath, lastOfEach, nameOf } from './archive-paths.js';
import { crc32 } from './crc32.js';

const SCOPE = 'zip';
const [END, ENTRY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
/** A deflated byte gives at most so many. */
const RATIO = 1032;

interface Entry {
  readonly path: string;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Where its own header begins. */
  readonly at: number;
  readonly isFolder: boolean;
}

/**
 * The files of a zip archive (PKWARE's APPNOTE 6.3: stored or deflated entries).
 *
 * All sizes that the archive states are checked before memory is taken, inflating stops where an entry is longer than it states,
 * entries that share bytes are refused, and so are paths that lead out of the archive's folder. Links are passed over.
 *
 * @param maxBytes Most bytes that all files may have together.
 * @throws EspalierError `invalid-data` for what is no zip archive, damaged, encrypted, of a kind that is not read, or too large.
 */
export async function readZip(bytes: Uint8Array, maxBytes: number): Promise<ArchiveFile[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries = directory(bytes, view);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes) {
    invalidData(
      SCOPE,
      `the files have ${total} bytes, more than maxBytes ${maxBytes}; raise it if that is meant.`,
    );
  }
  let free = 0;
  const found: ArchiveFile[] = [];
  for (const entry of [...entries].sort((a, b) => a.at - b.at)) {
    const start = dataStart(view, entry);
    if (entry.at < free || start + entry.packed > bytes.length) {
      invalidData(
        SCOPE,
        `'${entry.path}' lies over another file or beyond the end; do not trust the archive.`,
      );
    }
    free = start + entry.packed;
    if (entry.isFolder) continue;
    found.push({ path: entry.path, data: await content(entry, bytes.subarray(start, free)) });
  }
  const order = new Map(entries.map(({ path }, i) => [path, i] as const).reverse());
  return lastOfEach(found.sort((a, b) => order.get(a.path)! - order.get(b.path)!));
}

function directory(bytes: Uint8Array, view: DataView): Entry[] {
  // The end's record is 22 bytes and a comment of at most 65,535.
  let end = bytes.length - 22;
  const last = Math.max(0, end - 65_535);
  while (end >= last && view.getUint32(end, true) !== END) end--;
  if (end < last || bytes.length < 22) {
    invalidData(
      SCOPE,
      'this is no zip archive, or it is cut short: it has no directory at its end; get it again.',
    );
  }
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) {
    invalidData(SCOPE, 'zip64 archives are not read; make it with fewer files and below 4 GB, or as tar.gz.');
  }
  return Array.from({ length: count }, () => {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) {
      invalidData(SCOPE, `the directory is damaged at byte ${at}; get the archive again.`);
    }
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = nameOf(bytes.subarray(at + 46, at + 46 + nameLength!)).replaceAll('\\', '/');
    const path = archivePath(name, SCOPE);
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    // Upper half of the attributes: those of Unix, where it was made there; 0o12 is a link.
    const isLink = bytes[at + 5] === 3 && view.getUint16(at + 40, true) >>> 12 === 0o12;
    const entry: Entry = {
      path,
      method,
      checksum: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
      isFolder: name.endsWith('/') || isLink,
    };
    if (flags & 1) invalidData(SCOPE, `'${path}' is encrypted; unpack the archive with its password first.`);
    if (method !== 0 && method !== 8) {
      invalidData(SCOPE, `'${path}' is packed by method ${method}; only deflate (8) and none (0) are read.`);
    }
    if (entry.size > RATIO * entry.packed || (method === 0 && entry.size !== entry.packed)) {
      invalidData(
        SCOPE,
        `'${path}' states ${entry.size} bytes, which ${entry.packed} cannot hold; it is damaged.`,
      );
    }
    at += 46 + nameLength! + extra! + comment!;
    return entry;
  });
}

function dataStart(view: DataView, { at, path }: Entry): number {
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== LOCAL) {
    invalidData(SCOPE, `'${path}' has no header where the directory says; get the archive again.`);
  }
  return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}

async function content({ path, method, size, checksum }: Entry, packed: Uint8Array): Promise<Uint8Array> {
  const data = method === 0 ? packed.slice() : await inflated(path, packed, size);
  if (crc32(data) !== checksum)
    invalidData(SCOPE, `'${path}' is damaged: its checksum differs; get the archive again.`);
  return data;
}

async function inflated(path: string, packed: Uint8Array, size: number): Promise<Uint8Array> {
  const data = new Uint8Array(size);
  let at = 0;
  for await (const chunk of inflate(packed, 'deflate-raw', SCOPE)) {
    if (at + chunk.length > size)
      invalidData(SCOPE, `'${path}' is longer than the ${size} bytes that it states.`);
    data.set(chunk, at);
    at += chunk.length;
  }
  if (at < size) invalidData(SCOPE, `'${path}' is cut short: it states ${size} bytes and holds ${at}.`);
  return data;
}
