import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeImage } from './decode-image.js';

const part = (type: string, ...data: number[]): number[] => {
  const bytes = [...Buffer.from(type), ...data];
  const number = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
  return [...number(data.length), ...bytes, ...number(zlib.crc32(Uint8Array.from(bytes)))];
};
/** A PNG file of RGB in one row. */
const png = (bits: number, transparent: number[], ...row: number[]): Uint8Array =>
  Uint8Array.of(
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...part('IHDR', 0, 0, 0, (8 * row.length) / (3 * bits), 0, 0, 0, 1, bits, 2, 0, 0, 0),
    ...part('tRNS', ...transparent),
    ...part('IDAT', ...zlib.deflateSync(Uint8Array.of(0, ...row))),
    ...part('IEND'),
  );

test('a transparent colour is read in pictures of one and two pixels, too', async () => {
  const dataOf = async (file: Uint8Array) => [...(await decodeImage(file)).data];
  const transparent = [0, 7, 0, 8, 0, 9];
  expect(await dataOf(png(8, transparent, 7, 8, 9))).toEqual([7, 8, 9, 0]);
  expect(await dataOf(png(8, transparent, 7, 8, 10))).toEqual([7, 8, 10, 255]);
  expect(await dataOf(png(8, transparent, 1, 2, 3, 7, 8, 9))).toEqual([1, 2, 3, 255, 7, 8, 9, 0]);
  expect(await dataOf(png(16, [1, 2, 3, 4, 5, 6], 1, 2, 3, 4, 5, 6))).toEqual([1, 3, 5, 0]);
  expect(await dataOf(png(16, [1, 2, 3, 4, 5, 6], 1, 2, 3, 4, 5, 7))).toEqual([1, 3, 5, 255]);
  // Three pixels and more are the decoder's.
  expect(await dataOf(png(8, transparent, 7, 8, 9, 0, 0, 0, 7, 8, 9))).toEqual([
    7, 8, 9, 0, 0, 0, 0, 255, 7, 8, 9, 0,
  ]);
});
