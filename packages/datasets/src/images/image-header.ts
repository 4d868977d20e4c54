import { invalidData } from '../invalid-data.js';
import { bmpSize } from './bmp/bmp-header.js';
import type { ImageHeader } from './image.js';
import { jpegFrame } from './jpeg-frame.js';
import { otherFormat } from './other-formats.js';
import { readTiffTags } from './tiff-tags.js';

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
  const other = otherFormat(bytes);
  if (other) invalidData(SCOPE, `this is ${other}, which is not read; give a PNG, JPEG, BMP or TIFF file.`);
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return invalidData(SCOPE, `this is no PNG, JPEG, BMP or TIFF file: it begins with ${first || 'nothing'}.`);
}

function read(bytes: Uint8Array, view: DataView): ImageHeader | undefined {
  const magic = bytes.length < 4 ? 0 : view.getUint32(0);
  if (magic === 0x89504e47) return pngHeader(view);
  if (magic >>> 8 === 0xffd8ff) return { format: 'jpeg', ...jpegFrame(view) };
  if (magic >>> 16 === 0x424d) return { format: 'bmp', ...bmpSize(view) };
  if (magic === 0x49492a00 || magic === 0x4d4d002a) {
    const { width, height } = readTiffTags(view, magic === 0x49492a00);
    return { format: 'tiff', width: width?.[0] ?? 0, height: height?.[0] ?? 0 };
  }
  return undefined;
}

function pngHeader(view: DataView): ImageHeader {
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (view.getUint32(4) !== 0x0d0a1a0a || view.getUint32(12) !== 0x49484452) {
    invalidData(
      SCOPE,
      'the PNG file is damaged: it does not begin with its header; get it again, not as text.',
    );
  }
  return { format: 'png', width, height };
}
