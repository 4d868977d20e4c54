import { inflateSync } from 'node:zlib';

/** A decoded picture; `at` gives `#rrggbb`, transparency ignored. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): string;
}

/** Decodes PNG files of 8 bits with palette, RGB or RGBA. */
export function decodePng(bytes: Uint8Array): Picture {
  const data = Buffer.from(bytes);
  if (data.subarray(1, 4).toString() !== 'PNG') throw new Error('no PNG');
  let palette = Buffer.alloc(0);
  let header = Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (let at = 8; at < data.length;) {
    const length = data.readUInt32BE(at);
    const type = data.subarray(at + 4, at + 8).toString();
    const body = data.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = body;
    if (type === 'PLTE') palette = body;
    if (type === 'IDAT') parts.push(body);
    at += length + 12;
  }
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const channels = header[9] === 3 ? 1 : header[9] === 2 ? 3 : 4;
  if (header[8] !== 8 || ![2, 3, 6].includes(header[9]!))
    throw new Error('palette, RGB or RGBA of 8 bits expected');
  const lines = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)]!;
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? pixels[y * stride + i - channels]! : 0;
      const up = y > 0 ? pixels[(y - 1) * stride + i]! : 0;
      const corner = y > 0 && i >= channels ? pixels[(y - 1) * stride + i - channels]! : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      pixels[y * stride + i] = lines[y * (stride + 1) + 1 + i]! + predicted;
    }
  }
  return {
    width,
    height,
    at(x, y) {
      const i = y * stride + x * channels;
      const rgb =
        channels === 1 ? palette.subarray(pixels[i]! * 3, pixels[i]! * 3 + 3) : pixels.subarray(i, i + 3);
      return `#${Buffer.from(rgb).toString('hex')}`;
    },
  };
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
