import { type Dataset, fromArrays, map, stream } from 'espalier';

const SIDE = 28;
const CENTRE = (SIDE - 1) / 2;
/** Largest turn in radians, largest shift in pixels, standard deviation of the noise. */
const [TURN, SHIFT, NOISE] = [Math.PI / 12, 2, 0.2];

/**
 * Flat 28 x 28 images, each turned by up to 15 degrees, shifted by up to 2 pixels, and with normal noise of 0.2 added. What is
 * done to an image is a function of the seed and of its number.
 */
export async function distort(data: Dataset, seed: number): Promise<Dataset> {
  const changed = map(data, ({ inputs, targets }, index) => ({
    inputs: distortImage(Object.values(inputs)[0]!, seed, index),
    targets: Object.values(targets)[0]!,
  }));
  // Made once: a map would distort each image again in each epoch.
  const { inputs, targets } = await changed.batch(Uint32Array.from({ length: data.size }, (_, i) => i));
  return fromArrays({ inputs: Object.values(inputs)[0]!, targets: Object.values(targets)[0]! });
}

function distortImage(pixels: ArrayLike<number>, seed: number, index: number): Float32Array {
  const random = stream(seed, 'distort', index);
  const between = (most: number): number => (2 * random.uniform() - 1) * most;
  const [turn, right, down] = [between(TURN), between(SHIFT), between(SHIFT)];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : pixels[y * SIDE + x]!;
  const result = random.normals(SIDE * SIDE).map((value) => value * NOISE);
  return result.map((noise, place) => {
    const [u, v] = [(place % SIDE) - CENTRE - right, Math.floor(place / SIDE) - CENTRE - down];
    const [x, y] = [cos * u + sin * v + CENTRE, cos * v - sin * u + CENTRE];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [a, b] = [x - left, y - top];
    const above = (1 - a) * at(left, top) + a * at(left + 1, top);
    const below = (1 - a) * at(left, top + 1) + a * at(left + 1, top + 1);
    return noise + (1 - b) * above + b * below;
  });
}
