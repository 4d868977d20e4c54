import { invalidData } from '../../invalid-data.js';
import type { DecodedImage } from '../image.js';
import { emptySamples, fromPalette, rowBytes, type Samples, toBytes, unpackSamples } from '../samples.js';
import { loadUnzlib, type Unzlib } from '../unzlib.js';
import { unpackCcitt } from './ccitt.js';
import { unpackLzw } from './lzw.js';
import { unpackBits } from './pack-bits.js';
import { type TiffLayout, tiffLayout } from './tiff-layout.js';
import { readTiffTags } from './tiff-tags.js';

const SCOPE = 'decode-image';
/** Most bytes that a byte can give: PackBits, LZW. */
const RATIOS: Readonly<Record<number, number>> = { 32773: 64, 5: 4096 };

/**
 * Reads the first picture of a TIFF file: grey, RGB, palette, 1 to 16 bits, opacity, in strips or tiles, planes together or apart,
 * either order of bytes and bits, without compression and with PackBits, LZW, deflate, CCITT group 3 and 4. More than 8 bits are
 * rounded to 8.
 *
 * @param maxPixels That a tile may have.
 * @see Adobe, "TIFF Revision 6.0", 1992.
 */
export async function decodeTiff(bytes: Uint8Array, maxPixels: number): Promise<DecodedImage> {
  const littleEndian = bytes[0] === 0x49;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const layout = tiffLayout(readTiffTags(view, littleEndian), littleEndian, maxPixels);
  const deflated = layout.compression === 8 || layout.compression === 32946;
  const samples = readSamples(bytes, layout, deflated ? await loadUnzlib('TIFF') : undefined);
  return colored(samples, layout);
}

/** All samples, those of a pixel side by side, from the top. */
function readSamples(bytes: Uint8Array, layout: TiffLayout, unzlib: Unzlib | undefined): Samples {
  const { width, height, bits, perPixel, together, chunk } = layout;
  const samples = emptySamples(bits, width * height * perPixel);
  const across = Math.ceil(width / chunk.width);
  const perPlane = across * Math.ceil(height / chunk.height);
  for (let i = 0; i < perPlane * (perPixel / together); i++) {
    const first = Math.floor(i / perPlane);
    const [left, top] = [(i % across) * chunk.width, Math.floor((i % perPlane) / across) * chunk.height];
    const rows = chunk.isTile ? chunk.height : Math.min(chunk.height, height - top);
    const part = chunkSamples(bytes, i, rows, layout, unzlib);
    const columns = Math.min(chunk.width, width - left);
    for (let y = 0; y < Math.min(rows, height - top); y++) {
      let from = y * chunk.width * together;
      for (let x = 0; x < columns; x++) {
        const to = ((top + y) * width + left + x) * perPixel + first;
        for (let c = 0; c < together; c++) samples[to + c] = part[from++]!;
      }
    }
  }
  return samples;
}

function chunkSamples(
  bytes: Uint8Array,
  index: number,
  rows: number,
  layout: TiffLayout,
  unzlib: Unzlib | undefined,
): Samples {
  const { bits, together, compression, chunk, offsets, lengths, littleEndian } = layout;
  const perRow = chunk.width * together;
  const size = rows * rowBytes(bits, perRow);
  const start = offsets[index]!;
  // Old files do not say how long a strip is.
  const length = lengths?.[index] || (compression === 1 ? size : Math.max(0, bytes.length - start));
  const short = (): never =>
    invalidData(SCOPE, 'the TIFF file is cut short: its pixels lie beyond its end; get it again.');
  if (start + length > bytes.length || size > (RATIOS[compression] ?? Infinity) * length) short();
  const stored = bytes.subarray(start, start + length);
  const packed = layout.reversed ? stored.map(reverseBits) : stored;
  if (compression >= 2 && compression <= 4) {
    return unpackCcitt(packed, {
      width: chunk.width,
      height: rows,
      compression,
      group3Options: layout.group3Options,
    });
  }
  const unpacked =
    compression === 1
      ? packed
      : compression === 5
        ? unpackLzw(packed, size)
        : compression === 32773
          ? unpackBits(packed, size)
          : unzlib!(packed, size);
  if (unpacked.length < size) short();
  const samples = unpackSamples(unpacked, { bits, perRow, rows, littleEndian });
  return layout.differences ? summed(samples, perRow, together) : samples;
}

function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >>> bit) & 1) << (7 - bit);
  return reversed;
}

/** Each sample plus the same one of the pixel on the left, row by row. */
function summed(samples: Samples, perRow: number, step: number): Samples {
  const sums = samples.slice();
  for (let row = 0; row < sums.length; row += perRow) {
    for (let i = row + step; i < row + perRow; i++) sums[i]! += sums[i - step]!;
  }
  return sums;
}

function colored(samples: Samples, layout: TiffLayout): DecodedImage {
  const { width, height, bits, perPixel, photometric, extra, colorMap } = layout;
  const size = { width, height };
  if (photometric === 3) {
    const indices = perPixel === 1 ? samples : samples.filter((_, i) => i % perPixel === 0);
    return fromPalette(indices, { channels: 3, colors: paletteOf(colorMap, 2 ** bits) }, size, 'TIFF');
  }
  const values = toBytes(samples, bits);
  const colors = photometric === 2 ? 3 : 1;
  // Four samples without a word on the fourth are commonly meant so.
  const hasOpacity = perPixel > colors && (extra === undefined || extra === 1 || extra === 2);
  const channels = hasOpacity ? 4 : colors;
  const data = new Uint8Array(channels * width * height);
  for (let from = 0, to = 0; to < data.length; from += perPixel, to += channels) {
    const opacity = hasOpacity ? values[from + colors]! : 255;
    if (hasOpacity) data[to + 3] = opacity;
    for (let c = 0; c < Math.min(channels, 3); c++) {
      const value = values[from + Math.min(c, colors - 1)]!;
      const color = photometric === 0 ? 255 - value : value;
      // Taken out again where opacity was multiplied in; cut off, as Pillow does.
      data[to + c] = extra === 1 && opacity > 0 ? Math.min(255, Math.floor((255 * color) / opacity)) : color;
    }
  }
  return { ...size, channels, data };
}

/** Red of all colours, then green, then blue, of 16 bits each; in some files only 8 bits of them are used. */
function paletteOf(colorMap: readonly number[], count: number): Uint8Array {
  if (colorMap.length < 3 * count) {
    invalidData(
      SCOPE,
      `the TIFF file is damaged: its palette needs ${3 * count} numbers and has ${colorMap.length}.`,
    );
  }
  const shift = colorMap.every((value) => value < 256) ? 0 : 8;
  return Uint8Array.from(
    { length: 3 * count },
    (_, i) => colorMap[(i % 3) * count + Math.floor(i / 3)]! >> shift,
  );
}
