import { invalidData } from '../../invalid-data.js';
import { emptySamples, rowBytes, type Samples, unpackSamples } from '../samples.js';

/** What the rows of a PNG file are like. */
export interface Scanlines {
  readonly width: number;
  readonly height: number;
  /** Of a sample. */
  readonly bits: number;
  /** Samples of a pixel. */
  readonly perPixel: number;
  readonly interlaced: boolean;
}

/** Every so many columns and rows, from these on. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

interface PassSize extends Pass {
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a row, without the one that names its filter. */
  readonly stride: number;
}

function passesOf({ width, height, bits, perPixel, interlaced }: Scanlines): PassSize[] {
  return (interlaced ? ADAM7 : WHOLE)
    .map((pass) => {
      const columns = Math.ceil((width - pass.x) / pass.dx);
      return {
        ...pass,
        columns,
        rows: Math.ceil((height - pass.y) / pass.dy),
        stride: rowBytes(bits, columns * perPixel),
      };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** Bytes of all rows, unpacked. */
export const scanlineBytes = (layout: Scanlines): number =>
  passesOf(layout).reduce((sum, { rows, stride }) => sum + rows * (stride + 1), 0);

/** The samples of the rows, in the order of the picture; `raw` is changed. */
export function readScanlines(raw: Uint8Array, layout: Scanlines): Samples {
  const { width, height, bits, perPixel } = layout;
  const all = emptySamples(bits, width * height * perPixel);
  const step = Math.max(1, (bits * perPixel) / 8);
  let at = 0;
  for (const { x, y, dx, dy, columns, rows, stride } of passesOf(layout)) {
    const packed = unfilter(raw.subarray(at, at + rows * (stride + 1)), { rows, stride, step });
    at += rows * (stride + 1);
    const samples = unpackSamples(packed, { bits, perRow: columns * perPixel, rows });
    if (dx === 1 && dy === 1) return samples;
    let from = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const to = ((y + row * dy) * width + x + column * dx) * perPixel;
        for (let i = 0; i < perPixel; i++) all[to + i] = samples[from++]!;
      }
    }
  }
  return all;
}

interface Rows {
  readonly rows: number;
  readonly stride: number;
  /** Bytes from a value to the same one of the pixel to its left. */
  readonly step: number;
}

/** Takes the filters of the rows back, and leaves out the bytes that name them. */
function unfilter(raw: Uint8Array, { rows, stride, step }: Rows): Uint8Array {
  for (let row = 0; row < rows; row++) {
    const filter = raw[row * (stride + 1)]!;
    if (filter > 4)
      invalidData('decode-image', `the PNG file is damaged: row ${row} has filter ${filter}; get it again.`);
    const from = row * (stride + 1) + 1;
    const to = row * stride;
    const above = to - stride;
    for (let i = 0; i < stride; i++) {
      const left = i < step ? 0 : raw[to + i - step]!;
      const up = row === 0 ? 0 : raw[above + i]!;
      const corner = i < step || row === 0 ? 0 : raw[above + i - step]!;
      raw[to + i] = raw[from + i]! + predict(filter, left, up, corner);
    }
  }
  return raw.subarray(0, rows * stride);
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [toLeft, toUp, toCorner] = [
    Math.abs(up - corner),
    Math.abs(left - corner),
    Math.abs(left + up - 2 * corner),
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
