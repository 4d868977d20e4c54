import { crc32, deflateSync } from 'node:zlib';
import { decodePng } from '../../packages/visualization/test/png.js';

/** A PNG again in at most 256 colours, without transparency: the most frequent ones, and for all others the nearest of them. */
export function smallPng(bytes: Uint8Array): Buffer {
  const { width, height, at } = decodePng(bytes);
  const pixels = Array.from({ length: width * height }, (_, i) =>
    Number.parseInt(at(i % width, Math.floor(i / width)).slice(1), 16),
  );
  const counts = new Map<number, number>();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const palette = frequent(counts);
  const places = new Map([...counts.keys()].map((color) => [color, nearest(palette, color)]));
  const lines = Buffer.alloc(height * (width + 1));
  pixels.forEach((color, i) => {
    lines[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = places.get(color)!;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colors = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', colors),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The most frequent colours, of those that look alike only one: first coarsely told apart, then finely. */
function frequent(counts: ReadonlyMap<number, number>): number[] {
  const order = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([color]) => color);
  if (order.length <= 256) return order;
  const chosen = new Set<number>();
  for (const shift of [5, 4, 3, 2, 0]) {
    const mask = (0xff >> shift) << shift;
    const seen = new Set([...chosen].map((color) => color & ((mask << 16) | (mask << 8) | mask)));
    for (const color of order) {
      const kind = color & ((mask << 16) | (mask << 8) | mask);
      if (chosen.size < 256 && !seen.has(kind)) {
        seen.add(kind);
        chosen.add(color);
      }
    }
  }
  return [...chosen];
}

function nearest(palette: readonly number[], color: number): number {
  let [best, least] = [0, Infinity];
  for (const [i, other] of palette.entries()) {
    const distance = [16, 8, 0].reduce(
      (sum, at) => sum + (((color >> at) & 255) - ((other >> at) & 255)) ** 2,
      0,
    );
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
