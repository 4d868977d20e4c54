import { invalidData } from '../../invalid-data.js';

/**
 * The numbers of colours of a BMP file in run-length encoding, from the top. What the file leaves out has colour 0.
 *
 * @param packed From the first run on.
 * @param bits 8 (BI_RLE8), or 4 (BI_RLE4), whose runs take two colours in turn.
 * @throws EspalierError `invalid-data` where there are more rows, or the runs end without saying so.
 */
export function unpackRuns(packed: Uint8Array, bits: 4 | 8, width: number, height: number): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, 0];
  const put = (index: number): void => {
    if (y >= height) damaged(`there are more than ${height} rows`);
    // Some programs fill rows up to four bytes.
    if (x < width) indices[(height - 1 - y) * width + x] = index;
    x++;
  };
  const colorOf = (byte: number, i: number): number =>
    bits === 8 ? byte : i % 2 === 0 ? byte >>> 4 : byte & 15;
  const next = (): number => packed[at++] ?? damaged('its runs end too early');
  for (;;) {
    // The mark of the end is sometimes left out where all rows are there.
    if (at >= packed.length && (y >= height || (y === height - 1 && x >= width))) return indices;
    const count = next();
    const value = next();
    if (count > 0) for (let i = 0; i < count; i++) put(colorOf(value, i));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return indices;
    else if (value === 2) [x, y] = [x + next(), y + next()];
    else {
      const bytes = bits === 8 ? value : Math.ceil(value / 2);
      if (at + bytes > packed.length) damaged('its runs end too early');
      for (let i = 0; i < value; i++) put(colorOf(packed[at + (bits === 8 ? i : i >>> 1)]!, i));
      at += bytes + (bytes % 2);
    }
  }
}

function damaged(problem: string): never {
  return invalidData('decode-image', `the BMP file is damaged or cut short: ${problem}; get it again.`);
}
