import { importPeer } from '@espalier/core/internal';
import { inflate } from '../inflate.js';
import { invalidData } from '../invalid-data.js';
import { decoder } from './decoder.js';
import type { DecodedImage } from './image.js';

/** Reads a PNG file by `fast-png`: 1 to 16 bits, grey, colour, palette, opacity. 16 bits are rounded to 8. */
export async function decodePng(bytes: Uint8Array): Promise<DecodedImage> {
  await checkSize(bytes);
  const { decode, convertIndexedToRgb } = await importPeer(
    decoder('PNG', 'fast-png'),
    () => import('fast-png'),
  );
  const png = decode(bytes, { checkCrc: true });
  const { width, height, depth } = png;
  if (png.palette) {
    const data = Uint8Array.from(convertIndexedToRgb(png));
    return { width, height, channels: png.palette[0]!.length as 3 | 4, data };
  }
  const pixels = png.channels * width * height;
  const most = 2 ** depth - 1;
  const all =
    depth < 8
      ? unpack(png.data as Uint8Array, depth, width, height)
      : Uint8Array.from({ length: pixels }, (_, i) =>
          depth === 8 ? png.data[i]! : Math.round((png.data[i]! * 255) / most),
        );
  if (png.channels !== 2) return { width, height, channels: png.channels as 1 | 3 | 4, data: all };
  // Grey with opacity: four channels, as of any other picture with opacity.
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++)
    data.set([all[2 * i]!, all[2 * i]!, all[2 * i]!, all[2 * i + 1]!], 4 * i);
  return { width, height, channels: 4, data };
}

// Rows begin at whole bytes.
function unpack(packed: Uint8Array, depth: number, width: number, height: number): Uint8Array {
  const stride = Math.ceil((depth * width) / 8);
  const most = 2 ** depth - 1;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const value = (packed[y * stride + (bit >>> 3)]! >>> (8 - depth - (bit & 7))) & most;
      data[y * width + x] = (value * 255) / most;
    }
  }
  return data;
}

/** Bytes that no one minds. */
const SMALL = 2 ** 24;

// The decoder takes what comes out of the compressed data, whatever size the header states.
async function checkSize(bytes: Uint8Array): Promise<void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const packed: Uint8Array[] = [];
  let ended = false;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === IEND) ended = true;
    if (type === IDAT) packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  if (!ended) invalidData('decode-image', 'the PNG file is cut short: its end is missing; get it again.');
  const size = packed.reduce((sum, { length }) => sum + length, 0);
  // 8 bytes a pixel at most, and one for each row; interlaced, some rows more.
  const most = Math.max(SMALL, view.getUint32(16) * view.getUint32(20) * 8 + 4 * view.getUint32(20));
  // A byte of deflate gives at most 1032.
  if (1032 * size <= most) return;
  const joined = new Uint8Array(size);
  let to = 0;
  for (const part of packed) {
    joined.set(part, to);
    to += part.length;
  }
  let unpacked = 0;
  for await (const chunk of inflate(joined, 'deflate', 'decode-image')) {
    unpacked += chunk.length;
    if (unpacked > most)
      invalidData('decode-image', 'the PNG file unpacks to more than its size in pixels; do not trust it.');
  }
}

const IDAT = 0x49444154;
const IEND = 0x49454e44;
