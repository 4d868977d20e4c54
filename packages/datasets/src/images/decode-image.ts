import { EspalierError, isEspalierError, option, readOptions } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import { decodeBmp } from './bmp/decode-bmp.js';
import { decodeJpeg } from './decode-jpeg.js';
import { decodePng } from './decode-png.js';
import { decodeTiff } from './decode-tiff.js';
import type { DecodedImage } from './image.js';
import { imageHeader } from './image-header.js';

const SCOPE = 'decode-image';

/** Options of {@link decodeImage}. */
export interface DecodeImageOptions {
  /** Most pixels that the picture may have. Default 2^26, some 67 million. */
  readonly maxPixels?: number;
}

/**
 * Decodes a PNG, JPEG, BMP or TIFF file, in Node and in browsers alike: the same bits everywhere.
 *
 * PNG, but for interlaced ones of fewer than 8 bits; baseline and progressive JPEG, as libjpeg and Pillow decode them; BMP of 1
 * to 32 bits, runs included; TIFF of grey, RGB or palette, without compression and with CCITT, LZW, deflate,
 * PackBits, of several pictures the first. Other kinds are refused by name. Values are those of the file: no colour management,
 * no rotation; 16 bits are rounded to 8, in TIFF cut. The size is read from the header and checked before memory is taken.
 *
 * @param bytes The whole file.
 * @returns Grey pictures with one channel, others with three, or four where there is opacity.
 * @throws EspalierError `invalid-data` for another format, a damaged file, or a picture that is larger than `maxPixels`.
 * @example
 * ```ts
 * const response = await fetch('/digit.png');
 * const { width, height, channels, data } = await decodeImage(new Uint8Array(await response.arrayBuffer()));
 * ```
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeImageOptions = {},
): Promise<DecodedImage> {
  const { maxPixels } = readOptions(SCOPE, options, {
    maxPixels: option.integer({ min: 1, default: 2 ** 26 }),
  }).values;
  if (!(bytes instanceof Uint8Array))
    invalidData(SCOPE, `bytes must be a Uint8Array, got ${describe(bytes)}.`);
  const header = imageHeader(bytes);
  const { format, width, height } = header;
  if (!(width >= 1 && height >= 1)) {
    invalidData(SCOPE, `the file says that it is ${width} x ${height} pixels; it needs at least one.`);
  }
  if (width * height > maxPixels) {
    invalidData(
      SCOPE,
      `the picture has ${width} x ${height} pixels, more than maxPixels ${maxPixels}; raise it if that is meant.`,
    );
  }
  try {
    if (format === 'bmp') return decodeBmp(bytes);
    if (format === 'png') return await decodePng(bytes, header);
    return await (format === 'jpeg' ? decodeJpeg(bytes) : decodeTiff(bytes));
  } catch (cause) {
    if (isEspalierError(cause)) throw cause;
    // libjpeg throws no errors, and a read beyond the end says nothing that helps.
    const detail = cause instanceof Error && !(cause instanceof RangeError) ? ` (${cause.message})` : '';
    const message = `the ${format.toUpperCase()} file cannot be decoded${detail}: it is damaged or cut short; get it again.`;
    throw new EspalierError({ code: 'invalid-data', scope: SCOPE, message, cause });
  }
}
