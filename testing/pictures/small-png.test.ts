import { expect, test } from 'vitest';
import { rgbPng } from '../../packages/visualization/src/drawing/png-address.js';
import { decodePng } from '../../packages/visualization/test/png.js';
import { smallPng } from './small-png.js';

const png = (width: number, height: number, at: (i: number) => readonly [number, number, number]): Buffer => {
  const pixels = Uint8Array.from(Array.from({ length: width * height }, (_, i) => at(i)).flat());
  return Buffer.from(rgbPng(pixels, width, height).split(',')[1]!, 'base64');
};
const colors = (bytes: Uint8Array): string[] => {
  const { width, height, at } = decodePng(bytes);
  return Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));
};

test('a picture of few colours keeps each pixel', () => {
  const picture = png(7, 3, (i) => [i, 255 - i, 3 * i]);
  expect(colors(smallPng(picture))).toEqual(colors(picture));
});

test('one of many colours gets near ones, and becomes smaller', () => {
  const picture = png(64, 64, (i) => [(i % 64) * 4, Math.floor(i / 64) * 4, 128]);
  const small = smallPng(picture);
  expect(new Set(colors(small)).size).toBe(256);
  expect(small.length).toBeLessThan(picture.length / 3);
  const channels = (color: string): number[] =>
    [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const before = colors(picture);
  for (const [i, color] of colors(small).entries())
    channels(color).forEach((value, c) =>
      expect(Math.abs(value - channels(before[i]!)[c]!)).toBeLessThan(40),
    );
});
