import { importPeer } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import { decoder } from './decoder.js';
import type { DecodedImage } from './image.js';
import { rowBytes } from './samples.js';
import { readTiffTags, type TiffTags } from './tiff-tags.js';

const SCOPE = 'decode-image';

/**
 * Reads the first picture of a TIFF file by `utif2`: grey of 1, 8 and 16 bits, RGB, palette, in strips or tiles, without compression and
 * with PackBits, LZW, deflate, CCITT group 3 and 4. Of 16 bits the upper 8 are taken.
 */
export async function decodeTiff(bytes: Uint8Array): Promise<DecodedImage> {
  const tags = readTiffTags(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes[0] === 0x49);
  const [width, height] = [tags.width![0]!, tags.height![0]!];
  const channels = checkedChannels(tags);
  checkParts(tags, bytes.length);
  const { decode, decodeImage, toRGBA8 } = await importPeer(decoder('TIFF', 'utif2'), () =>
    import('utif2').then((module) => module.default ?? module),
  );
  // A copy: the decoder reads the whole buffer, and `slice` of a Buffer is the same memory.
  const { buffer } = new Uint8Array(bytes);
  const [picture] = decode(buffer);
  withoutPrinting(() => decodeImage(buffer, picture!));
  const rgba = toRGBA8(picture!);
  if (rgba.length !== 4 * width * height) invalidData(SCOPE, 'the TIFF file is damaged; get it again.');
  const data = new Uint8Array(channels * width * height);
  for (let i = 0, to = 0; to < data.length; i += 4) {
    for (let c = 0; c < channels; c++) data[to++] = rgba[i + c]!;
  }
  return { width, height, channels, data };
}

// The decoder prints a line for each picture in tiles.
function withoutPrinting(body: () => void): void {
  const output: { log: unknown } = console;
  const { log } = output;
  output.log = () => undefined;
  try {
    body();
  } finally {
    output.log = log;
  }
}

/** None, CCITT (fax), LZW, deflate, PackBits. */
const COMPRESSIONS = new Set([1, 2, 3, 4, 5, 8, 32946, 32773]);
const COLORS: Readonly<Record<number, string>> = { 4: 'a mask', 5: 'CMYK', 6: 'YCbCr', 8: 'Lab' };
/** Of grey (white or black first), RGB, palette: of other grey, the decoder takes white for black in some files. */
const BITS: readonly (readonly number[])[] = [
  [1, 8, 16],
  [1, 8, 16],
  [8, 16],
  [1, 2, 4, 8],
];
const INSTEAD = 'save it as 8-bit grey or RGB, with LZW, deflate or no compression, or as PNG.';

/** Channels of the picture. What the decoder would read as other pixels without a word, or not at all, is refused by name. */
function checkedChannels(tags: TiffTags): 1 | 3 | 4 {
  const one = (name: keyof TiffTags, usual: number): number => tags[name]?.[0] ?? usual;
  const refuse = (what: string): never =>
    invalidData(SCOPE, `TIFF files with ${what} are not supported; ${INSTEAD}`);
  const compression = one('compression', 1);
  if (!COMPRESSIONS.has(compression))
    refuse(`compression ${compression}${compression === 6 || compression === 7 ? ' (JPEG)' : ''}`);
  const photometric = one('photometric', 1);
  if (photometric > 3)
    refuse(`colours of kind ${photometric}${COLORS[photometric] ? ` (${COLORS[photometric]})` : ''}`);
  const perPixel = one('perPixel', 1);
  const colors = photometric === 2 ? 3 : 1;
  if (perPixel !== colors && !(colors === 3 && perPixel === 4)) refuse(`${perPixel} samples a pixel`);
  const sizes = tags.bits ?? [1];
  const bits = sizes[0]!;
  if (!BITS[photometric]!.includes(bits) || sizes.some((size) => size !== bits))
    refuse(`samples of ${sizes.slice(0, 4).join(', ')} bits`);
  const format = one('sampleFormat', 1);
  if (format !== 1 && format !== 4)
    refuse(format === 3 ? 'floating-point numbers' : `samples of format ${format}`);
  const fax = compression >= 2 && compression <= 4;
  if (fax && bits !== 1) refuse(`fax compression of ${bits} bits a sample`);
  if (one('planar', 1) === 2 && perPixel > 1) refuse('planes apart');
  if (one('fillOrder', 1) === 2 && !fax) refuse('the bits of each byte reversed');
  if (one('predictor', 1) > 2) refuse(`predictor ${one('predictor', 1)}`);
  return photometric === 3 ? 3 : (perPixel as 1 | 3 | 4);
}

// The decoder fills with zeros what is missing, and takes memory for tiles of whatever size.
function checkParts(tags: TiffTags, length: number): void {
  const isTile = tags.tileOffsets !== undefined;
  const offsets = (isTile ? tags.tileOffsets : tags.stripOffsets) ?? [];
  const counts = (isTile ? tags.tileBytes : tags.stripBytes) ?? [];
  if (offsets.length === 0 || offsets.some((offset, i) => offset + (counts[i] ?? 0) > length))
    invalidData(SCOPE, 'the TIFF file is cut short: its pixels lie beyond its end; get it again.');
  const [width, height] = [tags.width![0]!, tags.height![0]!];
  const columns = isTile ? (tags.tileWidth?.[0] ?? 0) : width;
  const rows = isTile ? (tags.tileHeight?.[0] ?? 0) : Math.min(height, tags.rowsPerStrip?.[0] ?? height);
  const due = Math.ceil(width / columns) * Math.ceil(height / rows);
  if (offsets.length < due) {
    invalidData(
      SCOPE,
      `the TIFF file is damaged: it needs ${due} strips or tiles and has ${offsets.length}; get it again.`,
    );
  }
  const size = rows * rowBytes(tags.bits?.[0] ?? 1, columns * (tags.perPixel?.[0] ?? 1));
  const most = counts.reduce((longest, count) => Math.max(longest, count), 0) * MOST_FOR_A_BYTE;
  if (counts.length > 0 && size > most)
    invalidData(SCOPE, 'the TIFF file is cut short: its pixels lie beyond its end; get it again.');
}

/** LZW's ratio at its best; a fax of white rows gives one byte a row or less, so that nothing is refused there in vain. */
const MOST_FOR_A_BYTE = 4096;
