import { importPeer } from '@espalier/core/internal';
import { inflate } from '../inflate.js';
import { invalidData } from '../invalid-data.js';
import { decoder } from './decoder.js';
import type { DecodedImage, ImageHeader } from './image.js';
import { toBytes, unpackSamples } from './samples.js';

const SCOPE = 'decode-image';

/**
 * Reads a PNG file by `fast-png`: 1 to 16 bits, grey, colour, palette, opacity, interlaced. 16 bits are rounded to 8. A file that
 * marks a colour as transparent has four channels.
 */
export async function decodePng(bytes: Uint8Array, header: ImageHeader): Promise<DecodedImage> {
  await checkChunks(bytes, header);
  const { decode, convertIndexedToRgb } = await importPeer(
    decoder('PNG', 'fast-png'),
    () => import('fast-png'),
  );
  const apart = transparencyApart(bytes, header);
  const png = decode(apart?.rest ?? bytes, { checkCrc: true });
  const { width, height, depth } = png;
  const transparency = apart?.color ?? png.transparency;
  if (png.palette) {
    const data = Uint8Array.from(convertIndexedToRgb(png));
    return { width, height, channels: png.palette[0]!.length as 3 | 4, data };
  }
  const samples =
    depth < 8
      ? unpackSamples(png.data as Uint8Array, { bits: depth, perRow: width, rows: height })
      : (png.data as Uint8Array | Uint16Array);
  const all = toBytes(samples, depth);
  const channels = png.channels as 1 | 2 | 3 | 4;
  if (!transparency && channels !== 2) return { width, height, channels, data: all };
  const data = new Uint8Array(4 * width * height);
  for (let from = 0, to = 0; to < data.length; from += channels, to += 4) {
    const color = (c: number): number => all[from + (channels === 3 ? c : 0)]!;
    const isTransparent = transparency?.every((value, c) => samples[from + c] === value);
    data.set([color(0), color(1), color(2), channels === 2 ? all[from + 1]! : isTransparent ? 0 : 255], to);
  }
  return { width, height, channels: 4, data };
}

/** Bytes that no one minds. */
const SMALL = 2 ** 24;
/** Deflate gives at most so many bytes for each. */
const RATIO = 1032;
/** Samples of a pixel, by colour type. */
const PER_PIXEL: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

// The decoder takes what comes out of the compressed data, whatever size the header states.
async function checkChunks(bytes: Uint8Array, { width, height }: ImageHeader): Promise<void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [bits, color, interlaced] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  if (interlaced && bits < 8) {
    invalidData(
      SCOPE,
      `interlaced PNG files of ${bits} bits a sample are not supported; save it without interlacing.`,
    );
  }
  const packed: Uint8Array[] = [];
  let ended = false;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === IEND) ended = true;
    if (type === IDAT) packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  if (!ended) invalidData(SCOPE, 'the PNG file is cut short: its end is missing; get it again.');
  const size = packed.reduce((sum, { length }) => sum + length, 0);
  if (height * Math.ceil((width * bits * (PER_PIXEL[color] ?? 1)) / 8) > RATIO * size)
    invalidData(SCOPE, 'the PNG file is damaged or cut short: its pixels end too early; get it again.');
  // 8 bytes a pixel at most, and one for each row; interlaced, some rows more.
  const most = Math.max(SMALL, width * height * 8 + 4 * height);
  if (RATIO * size <= most) return;
  const joined = new Uint8Array(size);
  let to = 0;
  for (const part of packed) {
    joined.set(part, to);
    to += part.length;
  }
  let unpacked = 0;
  for await (const chunk of inflate(joined, 'deflate', SCOPE)) {
    unpacked += chunk.length;
    if (unpacked > most)
      invalidData(SCOPE, 'the PNG file unpacks to more than its size in pixels; do not trust it.');
  }
}

/**
 * A transparent colour, and the file without it: in a picture of one or two pixels the decoder takes its three samples for too many.
 */
function transparencyApart(
  bytes: Uint8Array,
  { width, height }: ImageHeader,
): { readonly color: readonly number[]; readonly rest: Uint8Array } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (width * height >= 3 || view.getUint8(25) !== 2) return undefined;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) !== TRNS || view.getUint32(at) !== 6) continue;
    const rest = new Uint8Array(bytes.length - 18);
    rest.set(bytes.subarray(0, at));
    rest.set(bytes.subarray(at + 18), at);
    return { color: [8, 10, 12].map((from) => view.getUint16(at + from)), rest };
  }
  return undefined;
}

const TRNS = 0x74524e53;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
