/** A picture in plain memory, row by row: `[height, width, channels]`. */
export interface HostPicture {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** Bilinear between the corners, which stay where they are: as `scipy.ndimage.zoom` of order 1, `align_corners` elsewhere. */
export function resized(picture: HostPicture, height: number, width: number): HostPicture {
  const { channels, values } = picture;
  const place = (i: number, from: number, to: number): [number, number, number] => {
    const at = to > 1 ? (i * (from - 1)) / (to - 1) : 0;
    const low = Math.min(Math.floor(at), from - 1);
    return [low, Math.min(low + 1, from - 1), at - low];
  };
  const out = new Float64Array(height * width * channels);
  for (let row = 0; row < height; row++) {
    const [top, bottom, down] = place(row, picture.height, height);
    for (let column = 0; column < width; column++) {
      const [left, right, across] = place(column, picture.width, width);
      for (let c = 0; c < channels; c++) {
        const at = (r: number, q: number): number => values[(r * picture.width + q) * channels + c]!;
        const upper = at(top, left) * (1 - across) + at(top, right) * across;
        const lower = at(bottom, left) * (1 - across) + at(bottom, right) * across;
        out[(row * width + column) * channels + c] = upper * (1 - down) + lower * down;
      }
    }
  }
  return { height, width, channels, values: out };
}

/** Moved down and to the right, what leaves on one side coming back on the other. As `numpy.roll`. */
export function rolled(
  { height, width, channels, values }: HostPicture,
  down: number,
  right: number,
): HostPicture {
  const out = new Float64Array(values.length);
  const modulo = (value: number, length: number): number => ((value % length) + length) % length;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * channels;
      const to = (modulo(row + down, height) * width + modulo(column + right, width)) * channels;
      out.set(values.subarray(from, from + channels), to);
    }
  return { height, width, channels, values: out };
}
