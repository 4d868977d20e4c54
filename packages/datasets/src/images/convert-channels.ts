import type { DecodedImage } from './image.js';

/**
 * Pixels with another number of channels. Grey is `(19595 R + 38470 G + 7471 B) / 65536`, rounded, as Pillow's `L`
 * (ITU-R 601); opacity is left out, or 255 where there was none.
 */
export function convertChannels(
  { channels: from, data, width, height }: DecodedImage,
  to: 1 | 3 | 4,
): Uint8Array {
  if (from === to) return data;
  const converted = new Uint8Array(width * height * to);
  for (let i = 0; i < width * height; i++) {
    const red = data[i * from]!;
    const green = from === 1 ? red : data[i * from + 1]!;
    const blue = from === 1 ? red : data[i * from + 2]!;
    if (to === 1) converted[i] = (19595 * red + 38470 * green + 7471 * blue + 32768) >>> 16;
    else converted.set(to === 3 ? [red, green, blue] : [red, green, blue, 255], i * to);
  }
  return converted;
}
