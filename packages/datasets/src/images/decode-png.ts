import type { DecodedImage } from './image.js';

/** Reads a PNG file by `fast-png`: 1 to 16 bits, grey, colour, palette, opacity. 16 bits are rounded to 8. */
export async function decodePng(bytes: Uint8Array): Promise<DecodedImage> {
  const { decode, convertIndexedToRgb } = await import('fast-png');
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
