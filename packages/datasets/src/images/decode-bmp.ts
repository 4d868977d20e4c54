import { invalidData } from '../invalid-data.js';
import type { DecodedImage, ImageHeader } from './image.js';

const SCOPE = 'decode-image';

/**
 * Reads a BMP file without compression: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, bit masks.
 *
 * Grey where the palette is grey, otherwise red, green, blue.
 */
export function decodeBmp(bytes: Uint8Array, { width, height }: ImageHeader): DecodedImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (compression !== 0 && compression !== 3) {
    invalidData(SCOPE, `BMP compression ${compression} is not supported; save the file without compression.`);
  }
  const start = view.getUint32(10, true);
  const stride = 4 * Math.ceil((bits * width) / 32);
  if (start + stride * height > bytes.length) {
    invalidData(
      SCOPE,
      `the BMP file is cut short: ${height} rows of ${stride} bytes from byte ${start} on need ${start + stride * height} ` +
        `bytes, got ${bytes.length}.`,
    );
  }
  const fromTop = view.getInt32(22, true) < 0;
  const rowAt = (y: number): number => start + stride * (fromTop ? y : height - 1 - y);
  if (bits === 1 || bits === 4 || bits === 8) {
    return fromPalette(bytes, readPalette(view, bits, start), { width, height, bits, rowAt });
  }
  const masks = compression === 3 ? readMasks(view) : MASKS[bits];
  if (!masks)
    invalidData(SCOPE, `BMP files of ${bits} bits a pixel are not supported; use 1, 4, 8, 16, 24 or 32.`);
  const data = new Uint8Array(3 * width * height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = rowAt(y) + (x * bits) / 8;
      const pixel =
        bits === 32
          ? view.getUint32(at, true)
          : bits === 24
            ? view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
            : view.getUint16(at, true);
      for (const mask of masks!) data[to++] = channel(pixel, mask);
    }
  }
  return { width, height, channels: 3, data };
}

type Masks = readonly [number, number, number];

const MASKS: Readonly<Record<number, Masks>> = {
  16: [0x7c00, 0x03e0, 0x001f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};

function readMasks(view: DataView): Masks {
  return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
}

function channel(pixel: number, mask: number): number {
  if (mask === 0) return 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return Math.round((((pixel & mask) >>> shift) * 255) / most);
}

type Palette = readonly (readonly [number, number, number])[];

function readPalette(view: DataView, bits: number, end: number): Palette {
  const start = 14 + view.getUint32(14, true);
  const stated = view.getUint32(46, true);
  const count = Math.min(stated === 0 ? 2 ** bits : stated, 2 ** bits, Math.floor((end - start) / 4));
  return Array.from({ length: count }, (_, i) => {
    const at = start + 4 * i;
    return [view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at)] as const;
  });
}

interface Indexed {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly rowAt: (y: number) => number;
}

function fromPalette(
  bytes: Uint8Array,
  palette: Palette,
  { width, height, bits, rowAt }: Indexed,
): DecodedImage {
  const isGrey = palette.every(([red, green, blue]) => red === green && green === blue);
  const channels = isGrey ? 1 : 3;
  const data = new Uint8Array(channels * width * height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const byte = bytes[rowAt(y) + (bit >>> 3)]!;
      const index = (byte >>> (8 - bits - (bit & 7))) & (2 ** bits - 1);
      const color = palette[index];
      if (!color)
        invalidData(SCOPE, `the BMP file has color ${index} in row ${y}; its palette has ${palette.length}.`);
      for (let c = 0; c < channels; c++) data[to++] = color[c]!;
    }
  }
  return { width, height, channels, data };
}
