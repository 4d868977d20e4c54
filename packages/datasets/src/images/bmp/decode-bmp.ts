import { invalidData } from '../../invalid-data.js';
import type { DecodedImage } from '../image.js';
import { fromPalette, type Palette, rowBytes, unpackSamples } from '../samples.js';
import { type BmpHeader, readBmpHeader } from './bmp-header.js';
import { unpackRuns } from './run-lengths.js';

const SCOPE = 'decode-image';

/**
 * Reads a BMP file: 1, 4 and 8 bits with a palette, also in run-length encoding, 16, 24 and 32 bits, bit masks, with the headers
 * of Windows and of OS/2.
 *
 * Grey where the palette is grey, with opacity where a mask says where it lies, otherwise red, green, blue.
 */
export function decodeBmp(bytes: Uint8Array): DecodedImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = readBmpHeader(view);
  const { width, height, bits, compression, start } = header;
  if (compression === 1 || compression === 2) {
    const due = compression === 1 ? 8 : 4;
    if (bits !== due || header.fromTop) {
      invalidData(
        SCOPE,
        `the BMP file is damaged: runs of ${due} bits for pixels of ${bits}${header.fromTop ? ', from the top' : ''}.`,
      );
    }
    const indices = unpackRuns(bytes.subarray(start), due, width, height);
    return fromPalette(indices, readPalette(bytes, header), { width, height }, 'BMP');
  }
  const stride = 4 * Math.ceil((bits * width) / 32);
  if (start + stride * height > bytes.length) {
    invalidData(
      SCOPE,
      `the BMP file is cut short: ${height} rows of ${stride} bytes from byte ${start} on need ${start + stride * height} ` +
        `bytes, got ${bytes.length}.`,
    );
  }
  const rowAt = (y: number): number => start + stride * (header.fromTop ? y : height - 1 - y);
  if (bits === 1 || bits === 4 || bits === 8) {
    const indices = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const row = bytes.subarray(rowAt(y), rowAt(y) + rowBytes(bits, width));
      indices.set(unpackSamples(row, { bits, perRow: width, rows: 1 }), y * width);
    }
    return fromPalette(indices, readPalette(bytes, header), { width, height }, 'BMP');
  }
  return fromMasks(view, header, rowAt);
}

/** Where the colours lie that no mask tells of. */
const MASKS: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x03e0, 0x001f, 0],
  24: [0xff0000, 0xff00, 0xff, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
};

function fromMasks(view: DataView, header: BmpHeader, rowAt: (y: number) => number): DecodedImage {
  const { width, height, bits, compression } = header;
  const usual = MASKS[bits];
  if (!usual)
    invalidData(SCOPE, `BMP files of ${bits} bits a pixel are not supported; use 1, 4, 8, 16, 24 or 32.`);
  const fields = (compression === 0 ? usual : header.masks).map(fieldOf);
  const channels = fields[3]!.most > 0 ? 4 : 3;
  const data = new Uint8Array(channels * width * height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let at = rowAt(y);
    for (let x = 0; x < width; x++, at += bits / 8) {
      const pixel =
        bits === 32
          ? view.getUint32(at, true)
          : bits === 24
            ? view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
            : view.getUint16(at, true);
      for (let c = 0; c < channels; c++) {
        const { mask, shift, most } = fields[c]!;
        // Cut off, as Pillow does.
        data[to++] = most === 0 ? 0 : Math.floor((((pixel & mask) >>> shift) * 255) / most);
      }
    }
  }
  return { width, height, channels, data };
}

/** Where a colour lies in a pixel, and its largest value. */
function fieldOf(mask: number): { readonly mask: number; readonly shift: number; readonly most: number } {
  if (mask === 0) return { mask, shift: 0, most: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  if ((most & (most + 1)) !== 0) {
    invalidData(
      SCOPE,
      `the BMP file is damaged: the bits of its mask ${mask.toString(16)} are not together; save it again.`,
    );
  }
  return { mask, shift, most };
}

function readPalette(
  bytes: Uint8Array,
  { bits, start, paletteStart, entryBytes, colors }: BmpHeader,
): Palette {
  const most = 2 ** bits;
  const stated = colors === 0 ? most : Math.min(colors, most);
  const count = Math.min(stated, Math.floor((Math.min(start, bytes.length) - paletteStart) / entryBytes));
  const rgb = new Uint8Array(3 * Math.max(0, count));
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = bytes[paletteStart + entryBytes * i + 2 - c]!;
  }
  const isGrey = rgb.every((value, i) => value === rgb[i - (i % 3)]);
  return isGrey ? { channels: 1, colors: rgb.filter((_, i) => i % 3 === 0) } : { channels: 3, colors: rgb };
}
