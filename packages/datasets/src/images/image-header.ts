import { invalidData } from '../invalid-data.js';
import type { ImageHeader } from './image.js';

const SCOPE = 'decode-image';

/**
 * Format and size of an image file, read from its first bytes.
 *
 * @throws EspalierError `invalid-data` for what is none of the four formats, or ends within its header.
 */
export function imageHeader(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    const header = read(bytes, view);
    if (header) return header;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    invalidData(
      SCOPE,
      `the file is cut short: ${bytes.length} bytes end within its header; get it again.`,
      cause,
    );
  }
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return invalidData(SCOPE, `this is no PNG, JPEG, BMP or TIFF file: it begins with ${first || 'nothing'}.`);
}

function read(bytes: Uint8Array, view: DataView): ImageHeader | undefined {
  const magic = bytes.length < 4 ? 0 : view.getUint32(0);
  if (magic === 0x89504e47) return { format: 'png', width: view.getUint32(16), height: view.getUint32(20) };
  if (magic >>> 8 === 0xffd8ff) return jpegHeader(view);
  if (magic >>> 16 === 0x424d) {
    // A negative height says that the rows come from the top.
    return { format: 'bmp', width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
  }
  if (magic === 0x49492a00 || magic === 0x4d4d002a) return tiffHeader(view, magic === 0x49492a00);
  return undefined;
}

function jpegHeader(view: DataView): ImageHeader {
  let at = 2;
  for (;;) {
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at++);
    // Start of frame: C0 to CF without the tables C4, C8 and CC.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { format: 'jpeg', width: view.getUint16(at + 5), height: view.getUint16(at + 3) };
    }
    at += view.getUint16(at);
  }
}

function tiffHeader(view: DataView, little: boolean): ImageHeader {
  const tags = tiffTags(view, little);
  return { format: 'tiff', width: tags.get(256)?.[0] ?? 0, height: tags.get(257)?.[0] ?? 0 };
}

/** The whole numbers of the first directory of a TIFF file, by tag. Values of other types are left out. */
export function tiffTags(view: DataView, little: boolean): Map<number, number[]> {
  const directory = view.getUint32(4, little);
  const tags = new Map<number, number[]>();
  for (let entry = 0; entry < view.getUint16(directory, little); entry++) {
    const at = directory + 2 + 12 * entry;
    const type = view.getUint16(at + 2, little);
    const count = view.getUint32(at + 4, little);
    const width = type === 3 ? 2 : type === 4 ? 4 : 0;
    if (width === 0) continue;
    const from = width * count > 4 ? view.getUint32(at + 8, little) : at + 8;
    if (from + width * count > view.byteLength) throw new RangeError('a tag points beyond the file');
    const values = Array.from({ length: count }, (_, i) =>
      width === 2 ? view.getUint16(from + 2 * i, little) : view.getUint32(from + 4 * i, little),
    );
    tags.set(view.getUint16(at, little), values);
  }
  return tags;
}
