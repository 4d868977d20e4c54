import { parseHex } from './palette.js';

/**
 * One byte per pixel and a palette, as a PNG in a `data:` address.
 *
 * The pixels are stored without compression: weights hardly compress (a quarter at best), and so the bytes are the
 * same on every platform and version of zlib, in Node and in browsers.
 *
 * @param pixels - palette indices, `[height, width]` row by row
 * @param palette - 1 to 256 colours `#rrggbb`
 * @see W3C, "Portable Network Graphics (PNG) Specification", 2003; RFC 1950 and 1951
 */
export function palettePng(
  pixels: Uint8Array,
  width: number,
  height: number,
  palette: readonly string[],
): string {
  return pngAddress(pixels, width, height, palette);
}

/**
 * Pixels of red, green and blue as a PNG in a `data:` address: a byte each and a palette where there are at most 256 colours, three bytes
 * each where there are more.
 *
 * @param pixels - `[height, width, 3]` row by row
 */
export function rgbPng(pixels: Uint8Array, width: number, height: number): string {
  const colors = new Map<number, number>();
  const indices = new Uint8Array(width * height);
  for (let i = 0; i < indices.length && colors.size <= 256; i++) {
    const color = (pixels[3 * i]! << 16) | (pixels[3 * i + 1]! << 8) | pixels[3 * i + 2]!;
    const known = colors.get(color) ?? colors.size;
    colors.set(color, known);
    indices[i] = known;
  }
  if (colors.size > 256) return pngAddress(pixels, width, height, undefined);
  const palette = [...colors.keys()].map((color) => `#${color.toString(16).padStart(6, '0')}`);
  return pngAddress(indices, width, height, palette);
}

function pngAddress(
  pixels: Uint8Array,
  width: number,
  height: number,
  palette: readonly string[] | undefined,
): string {
  const stride = palette === undefined ? width * 3 : width;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, palette === undefined ? 2 : 3, 0, 0, 0], 8); // 8 bits, colour type, deflate, adaptive filters, not interlaced

  const lines = new Uint8Array(height * (stride + 1)); // each line begins with its filter, 0 = none
  for (let y = 0; y < height; y++) {
    lines.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const bytes = concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    ...(palette === undefined
      ? []
      : [chunk('PLTE', Uint8Array.from(palette.flatMap((hex) => [...parseHex(hex)])))]),
    chunk('IDAT', storedZlib(lines)),
    chunk('IEND', new Uint8Array(0)),
  ]);
  return `data:image/png;base64,${base64(bytes)}`;
}

function storedZlib(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let start = 0; start < data.length; start += 65535) {
    const block = data.subarray(start, start + 65535);
    const last = start + 65535 >= data.length ? 1 : 0;
    const n = block.length;
    parts.push(Uint8Array.of(last, n & 255, n >> 8, ~n & 255, (~n >> 8) & 255), block);
  }
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  parts.push(Uint8Array.of(b >> 8, b & 255, a >> 8, a & 255));
  return concat(parts);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const crcTable = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x2000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x2000));
  }
  return btoa(binary);
}
