import { invalidData } from '../../invalid-data.js';
import type { TiffTags } from './tiff-tags.js';

const SCOPE = 'decode-image';

/** How the pixels of a TIFF file are kept. */
export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly littleEndian: boolean;
  /** Of a sample, 1 to 16. */
  readonly bits: number;
  /** Samples of a pixel, opacity and others included. */
  readonly perPixel: number;
  /** Samples of a pixel that lie side by side: all, or one where each plane is apart. */
  readonly together: number;
  readonly compression: number;
  /** 0 grey, white first; 1 grey; 2 RGB; 3 palette. */
  readonly photometric: number;
  /** The bits of each byte are the other way round. */
  readonly reversed: boolean;
  /** Samples are differences to the pixel on the left. */
  readonly differences: boolean;
  readonly group3Options: number;
  /** Pixels of a strip or tile; the last strip may have fewer rows. */
  readonly chunk: { readonly width: number; readonly height: number; readonly isTile: boolean };
  readonly offsets: readonly number[];
  /** Bytes of each strip or tile; `undefined` where the file does not say. */
  readonly lengths: readonly number[] | undefined;
  readonly colorMap: readonly number[];
  /** What the samples beyond the colours are: 0 unknown, 1 opacity multiplied in, 2 opacity; `undefined` where the file does not say. */
  readonly extra: number | undefined;
}

const COMPRESSIONS = new Set([1, 2, 3, 4, 5, 8, 32946, 32773]);
const COLORS: Readonly<Record<number, string>> = {
  4: 'a mask',
  5: 'CMYK',
  6: 'YCbCr',
  8: 'Lab',
  9: 'Lab',
  10: 'Lab',
  32803: 'raw data of a camera',
};
const FORMATS: Readonly<Record<number, string>> = { 2: 'signed numbers', 3: 'floating-point numbers' };
const INSTEAD = 'save it as 8-bit grey or RGB, with LZW, deflate or no compression, or as PNG.';

/**
 * What the tags say, checked: whatever is not read is refused by name.
 *
 * @param maxPixels Of a strip or tile.
 * @throws EspalierError `invalid-data`.
 */
export function tiffLayout(tags: TiffTags, littleEndian: boolean, maxPixels: number): TiffLayout {
  const one = <T extends number | undefined>(name: keyof TiffTags, usual: T): number | T =>
    tags[name]?.[0] ?? usual;
  const refuse = (what: string): never =>
    invalidData(SCOPE, `TIFF files with ${what} are not supported; ${INSTEAD}`);
  const [width, height] = [one('width', 0), one('height', 0)];
  const compression = one('compression', 1);
  if (!COMPRESSIONS.has(compression))
    refuse(`compression ${compression}${compression === 6 || compression === 7 ? ' (JPEG)' : ''}`);
  const photometric = one('photometric', 1);
  if (photometric > 3)
    refuse(`colours of kind ${photometric}${COLORS[photometric] ? ` (${COLORS[photometric]})` : ''}`);
  const perPixel = one('perPixel', 1);
  const colors = photometric === 2 ? 3 : 1;
  if (perPixel < colors || perPixel > 16) refuse(`${perPixel} samples a pixel`);
  const sizes = tags.bits ?? [1];
  const bits = sizes[0]!;
  if (!(bits >= 1 && bits <= 16) || sizes.some((size) => size !== bits))
    refuse(`samples of ${sizes.slice(0, 4).join(', ')} bits`);
  const format = tags.sampleFormat?.find((kind) => kind !== 1 && kind !== 4);
  if (format !== undefined) refuse(FORMATS[format] ?? `samples of format ${format}`);
  const fax = compression >= 2 && compression <= 4;
  if (fax && (bits !== 1 || perPixel !== 1))
    refuse(`fax compression of ${bits} bits and ${perPixel} samples a pixel`);
  const predictor = one('predictor', 1);
  const differences = predictor === 2 && (compression === 5 || compression === 8 || compression === 32946);
  if (predictor > 2 || (differences && bits !== 8 && bits !== 16))
    refuse(`predictor ${predictor} of ${bits} bits`);
  const isTile = tags.tileOffsets !== undefined;
  const chunk = isTile
    ? { width: one('tileWidth', 0), height: one('tileHeight', 0), isTile }
    : { width, height: Math.min(height, one('rowsPerStrip', height)), isTile };
  if (chunk.width < 1 || chunk.height < 1 || chunk.width * chunk.height > maxPixels) {
    refuse(`${isTile ? 'tiles' : 'strips'} of ${chunk.width} x ${chunk.height} pixels`);
  }
  const together = one('planar', 1) === 2 ? 1 : perPixel;
  const offsets = (isTile ? tags.tileOffsets : tags.stripOffsets) ?? [];
  const due = Math.ceil(width / chunk.width) * Math.ceil(height / chunk.height) * (perPixel / together);
  if (offsets.length < due) {
    invalidData(
      SCOPE,
      `the TIFF file is damaged: it needs ${due} strips or tiles and has ${offsets.length}; get it again.`,
    );
  }
  return {
    width,
    height,
    littleEndian,
    bits,
    perPixel,
    together,
    compression,
    photometric,
    reversed: one('fillOrder', 1) === 2,
    differences,
    group3Options: one('group3Options', 0),
    chunk,
    offsets,
    lengths: isTile ? tags.tileBytes : tags.stripBytes,
    colorMap: tags.colorMap ?? [],
    extra: one('extraSamples', undefined),
  };
}
