import { invalidData } from '../invalid-data.js';
import type { DecodedImage } from './image.js';

/** Whole numbers as a picture keeps them: up to 8 bits as bytes, more as 16 bits. */
export type Samples = Uint8Array | Uint16Array;

/** How samples are packed. */
export interface Packing {
  /** Of a sample, 1 to 8. */
  readonly bits: number;
  readonly perRow: number;
  readonly rows: number;
}

/** Bytes of a row: each begins at a whole one. */
export const rowBytes = (bits: number, perRow: number): number => Math.ceil((bits * perRow) / 8);

/** Samples out of the bytes of a file, the highest bit of a byte first. Samples of 8 bits are a view. */
export function unpackSamples(packed: Uint8Array, { bits, perRow, rows }: Packing): Uint8Array {
  if (bits === 8) return packed.subarray(0, perRow * rows);
  const samples = new Uint8Array(perRow * rows);
  const most = 2 ** bits - 1;
  const stride = rowBytes(bits, perRow);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    let at = y * stride;
    let held = 0;
    let count = 0;
    for (let x = 0; x < perRow; x++) {
      while (count < bits) {
        held = ((held << 8) | packed[at++]!) & 0xffffff;
        count += 8;
      }
      count -= bits;
      samples[to++] = (held >>> count) & most;
    }
  }
  return samples;
}

/** Samples brought to 0 to 255: `value * 255 / (2^bits - 1)`, rounded. */
export function toBytes(samples: Samples, bits: number): Uint8Array {
  if (bits === 8) return samples as Uint8Array;
  const scale = 255 / (2 ** bits - 1);
  return Uint8Array.from(samples, (value) => Math.round(value * scale));
}

/** Colours by number, one after the other. */
export interface Palette {
  readonly channels: 1 | 3 | 4;
  readonly colors: Uint8Array;
}

/**
 * A picture of numbers of colours.
 *
 * @throws EspalierError `invalid-data` for a number that the palette does not have.
 */
export function fromPalette(
  indices: Samples,
  { channels, colors }: Palette,
  size: { readonly width: number; readonly height: number },
  format: string,
): DecodedImage {
  const count = colors.length / channels;
  const data = new Uint8Array(channels * indices.length);
  let to = 0;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index >= count) {
      const row = Math.floor(i / size.width);
      invalidData(
        'decode-image',
        `the ${format} file has color ${index} in row ${row}; its palette has ${count}.`,
      );
    }
    for (let c = 0; c < channels; c++) data[to++] = colors[index * channels + c]!;
  }
  return { ...size, channels, data };
}
