import { expect, test } from 'vitest';
import { centreOfMass, digitPixels, type Stroke } from './digit-pixels.js';

const line = (...points: [number, number][]): Stroke => points.map(([x, y]) => ({ x, y }));
const seven = [line([0.2, 0.2], [0.7, 0.2], [0.4, 0.8])];
const moved = (strokes: readonly Stroke[], by: number, scale: number): Stroke[] =>
  strokes.map((stroke) => stroke.map(({ x, y }) => ({ x: x * scale + by, y: y * scale + by })));

/** Rows and columns from the first to the last with ink. */
function box(pixels: Uint8Array): { width: number; height: number } {
  const inked = [...pixels.keys()].filter((i) => pixels[i]! > 0);
  const span = (values: number[]): number => Math.max(...values) - Math.min(...values) + 1;
  return { width: span(inked.map((i) => i % 28)), height: span(inked.map((i) => Math.floor(i / 28))) };
}

test('nothing drawn is no digit', () => {
  expect(digitPixels([])).toBeUndefined();
});

test('a digit is 20 pixels high, with its centre of mass in the middle', () => {
  const pixels = digitPixels(seven)!;
  expect(pixels).toHaveLength(784);
  expect(Math.abs(box(pixels).height - 20)).toBeLessThanOrEqual(2);
  expect(box(pixels).width).toBeLessThan(20);
  const { x, y } = centreOfMass(pixels);
  expect(x).toBeCloseTo(14, 0);
  expect(y).toBeCloseTo(14, 0);
  expect(Math.max(...pixels)).toBe(255);
});

test('neither where it is drawn nor how large matters, above a tenth of the pad', () => {
  const pixels = digitPixels(seven)!;
  const small = digitPixels(moved(seven, 0.5, 0.3))!;
  // The rounding of one place more or less.
  expect(Math.max(...pixels.map((value, i) => Math.abs(value - small[i]!)))).toBeLessThanOrEqual(1);
});

test('a dot stays a dot', () => {
  const pixels = digitPixels([line([0.9, 0.1])])!;
  expect(box(pixels).width).toBeLessThanOrEqual(4);
  expect(pixels[13 * 28 + 13]).toBeGreaterThan(200);
});

test('a wide stroke is 20 pixels wide and no higher than the pen', () => {
  const { width, height } = box(digitPixels([line([0, 0.5], [1, 0.5])])!);
  expect(Math.abs(width - 20)).toBeLessThanOrEqual(2);
  expect(height).toBeLessThanOrEqual(4);
});
