/** A place on the pad, in shares of its side. */
export interface Point {
  readonly x: number;
  readonly y: number;
}
/** What one press of the pen has drawn. */
export type Stroke = readonly Point[];

const SIDE = 28;
/** MNIST's digits fill a box of 20 x 20 pixels. */
const BOX = 20;
/** Width of the pen in those pixels, about that of MNIST's writers. */
const PEN = 2.6;
/** What is smaller than this share of the pad is taken for a dot and not blown up to fill the box. */
const SMALLEST = 0.1;

/**
 * A drawing as MNIST has its digits: scaled into 20 x 20 pixels, drawn with a pen of constant width, and put into 28 x 28
 * with its centre of mass in the middle.
 *
 * @returns 784 bytes, white on black; `undefined` where nothing is drawn.
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
 */
export function digitPixels(strokes: readonly Stroke[]): Uint8Array | undefined {
  const points = strokes.flat();
  if (points.length === 0) return undefined;
  const [left, right] = extent(points.map(({ x }) => x));
  const [top, bottom] = extent(points.map(({ y }) => y));
  const scale = (BOX - PEN) / Math.max(right - left, bottom - top, SMALLEST);
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const boxed = strokes.map((stroke) =>
    stroke.map(({ x, y }) => ({
      x: SIDE / 2 + (x - middle.x) * scale,
      y: SIDE / 2 + (y - middle.y) * scale,
    })),
  );
  const mass = centreOfMass(draw(boxed));
  return draw(
    boxed.map((stroke) => stroke.map(({ x, y }) => ({ x: x + SIDE / 2 - mass.x, y: y + SIDE / 2 - mass.y }))),
  );
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

/** Each pixel is as bright as the pen covers it, going by its distance from the line. */
function draw(strokes: readonly Stroke[]): Uint8Array {
  const pixels = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < pixels.length; i++) {
    const at = { x: (i % SIDE) + 0.5, y: Math.floor(i / SIDE) + 0.5 };
    let nearest = Infinity;
    for (const stroke of strokes) {
      for (let j = 0; j < stroke.length; j++) {
        nearest = Math.min(nearest, distance(at, stroke[Math.max(0, j - 1)]!, stroke[j]!));
      }
    }
    pixels[i] = Math.round(255 * Math.min(1, Math.max(0, PEN / 2 + 0.5 - nearest)));
  }
  return pixels;
}

/** From a point to the line between two others. */
function distance(at: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((at.x - from.x) * dx + (at.y - from.y) * dy) / length;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(at.x - from.x - share * dx, at.y - from.y - share * dy);
}

/** @returns the pixels' middle by brightness. */
export function centreOfMass(pixels: Uint8Array): Point {
  let [sum, x, y] = [0, 0, 0];
  pixels.forEach((value, i) => {
    sum += value;
    x += value * ((i % SIDE) + 0.5);
    y += value * (Math.floor(i / SIDE) + 0.5);
  });
  return sum === 0 ? { x: SIDE / 2, y: SIDE / 2 } : { x: x / sum, y: y / sum };
}
