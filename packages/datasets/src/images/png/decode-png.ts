import { crc32 } from '../../archives/crc32.js';
import { invalidData } from '../../invalid-data.js';
import type { DecodedImage, ImageHeader } from '../image.js';
import { fromPalette, type Samples, toBytes } from '../samples.js';
import { loadUnzlib } from '../unzlib.js';
import { readScanlines, scanlineBytes } from './scanlines.js';

const SCOPE = 'decode-image';

/** Samples of a pixel, and the bits that one may have, by colour type: grey, RGB, palette, grey and RGB with opacity. */
const KINDS: Readonly<Record<number, { readonly perPixel: number; readonly bits: readonly number[] }>> = {
  0: { perPixel: 1, bits: [1, 2, 4, 8, 16] },
  2: { perPixel: 3, bits: [8, 16] },
  3: { perPixel: 1, bits: [1, 2, 4, 8] },
  4: { perPixel: 2, bits: [8, 16] },
  6: { perPixel: 4, bits: [8, 16] },
};

/**
 * Reads a PNG file of every kind of the standard: 1 to 16 bits, grey, colour, palette, opacity, interlaced. 16 bits are rounded
 * to 8. A file that marks a colour as transparent has four channels.
 *
 * @see W3C, "Portable Network Graphics (PNG) Specification", second edition.
 */
export async function decodePng(bytes: Uint8Array, { width, height }: ImageHeader): Promise<DecodedImage> {
  const { bits, color, interlaced, palette, transparent, packed } = readChunks(bytes);
  const layout = { width, height, bits, perPixel: KINDS[color]!.perPixel, interlaced };
  const unzlib = await loadUnzlib('PNG');
  const samples = readScanlines(unzlib(packed, scanlineBytes(layout)), layout);
  if (color === 3) {
    if (!palette) invalidData(SCOPE, 'the PNG file is damaged: it has no palette; get it again.');
    return fromPalette(samples, withOpacity(palette, transparent), { width, height }, 'PNG');
  }
  const all = toBytes(samples, bits);
  if (color === 4) return { width, height, channels: 4, data: greyWithOpacity(all) };
  if (transparent && color !== 6)
    return { width, height, channels: 4, data: withTransparent(samples, all, transparent, layout.perPixel) };
  return { width, height, channels: layout.perPixel as 1 | 3 | 4, data: all };
}

interface Chunks {
  readonly bits: number;
  readonly color: number;
  readonly interlaced: boolean;
  readonly palette: Uint8Array | undefined;
  /** Opacity of the palette's colours, or the one that is transparent. */
  readonly transparent: Uint8Array | undefined;
  readonly packed: Uint8Array;
}

function readChunks(bytes: Uint8Array): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = new Map<string, Uint8Array>();
  const pixels: Uint8Array[] = [];
  for (let at = 8; !found.has('IEND');) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    if (at + 12 + length > bytes.length)
      invalidData(SCOPE, 'the PNG file is cut short: its end is missing; get it again.');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      invalidData(
        SCOPE,
        `the PNG file is damaged: the checksum at byte ${at + 8 + length} differs; get it again.`,
      );
    }
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IDAT') pixels.push(data);
    else if (!found.has(type)) found.set(type, data);
    at += 12 + length;
  }
  const header = found.get('IHDR');
  const [bits, color, compression, filter, interlace] = header?.subarray(8) ?? [];
  if (
    header?.length !== 13 ||
    !KINDS[color!]?.bits.includes(bits!) ||
    compression! + filter! > 0 ||
    interlace! > 1
  ) {
    invalidData(
      SCOPE,
      `the PNG file is damaged or of an unknown kind: ${bits} bits of colour type ${color}; save it again.`,
    );
  }
  return {
    bits: bits!,
    color: color!,
    interlaced: interlace === 1,
    palette: found.get('PLTE'),
    transparent: found.get('tRNS'),
    packed: joined(pixels),
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function withOpacity(palette: Uint8Array, opacity: Uint8Array | undefined) {
  const rgb = palette.subarray(0, 3 * Math.floor(palette.length / 3));
  if (!opacity) return { channels: 3, colors: rgb } as const;
  const colors = new Uint8Array((4 * rgb.length) / 3);
  for (let i = 0; 3 * i < rgb.length; i++) {
    colors.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
    colors[4 * i + 3] = opacity[i] ?? 255;
  }
  return { channels: 4, colors } as const;
}

// Four channels, as of any other picture with opacity.
function greyWithOpacity(all: Uint8Array): Uint8Array {
  const data = new Uint8Array(2 * all.length);
  for (let i = 0; i < all.length; i += 2) {
    data.fill(all[i]!, 2 * i, 2 * i + 3);
    data[2 * i + 3] = all[i + 1]!;
  }
  return data;
}

/** Opaque but where a pixel has exactly the colour that is named, in the file's own bits. */
function withTransparent(
  samples: Samples,
  all: Uint8Array,
  transparent: Uint8Array,
  perPixel: number,
): Uint8Array {
  const named = Array.from(
    { length: perPixel },
    (_, c) => transparent[2 * c]! * 256 + transparent[2 * c + 1]!,
  );
  const data = new Uint8Array((4 * all.length) / perPixel);
  for (let i = 0, to = 0; to < data.length; i += perPixel, to += 4) {
    let same = true;
    for (let c = 0; c < 3; c++) data[to + c] = all[i + Math.min(c, perPixel - 1)]!;
    for (let c = 0; c < perPixel; c++) same &&= samples[i + c] === named[c];
    data[to + 3] = same ? 0 : 255;
  }
  return data;
}
