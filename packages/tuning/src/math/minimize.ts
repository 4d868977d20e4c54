/** A value and its gradient. */
export interface Slope {
  readonly value: number;
  readonly gradient: ArrayLike<number>;
}

/** Where a minimum may be looked for. */
export interface MinimizeOptions {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** At most so many. */
  readonly iterations: number;
  /** Ends where a step lowers the value by less than this part of it. Default 1e-9. */
  readonly tolerance?: number;
}

/**
 * A local minimum of a smooth function in a box, by BFGS: coordinates at a wall that the gradient points out of stay there, and
 * steps are cut off at the walls.
 *
 * Source: J. Nocedal, S. J. Wright, "Numerical optimization", 2nd edition, algorithm 6.1; D. P. Bertsekas, "Projected Newton methods
 * for optimization problems with simple constraints", 1982.
 *
 * @param slope NaN and infinity count as too high.
 */
export function minimize(
  slope: (point: Float64Array) => Slope,
  start: ArrayLike<number>,
  { low, high, iterations, tolerance = 1e-9 }: MinimizeOptions,
): { point: Float64Array; value: number } {
  const size = start.length;
  const clip = (i: number, value: number): number => Math.min(high[i]!, Math.max(low[i]!, value));
  let point: Float64Array = Float64Array.from(start, (value, i) => clip(i, value));
  let { value, gradient } = slope(point);
  // The inverse of the second derivatives, as far as steps have shown them; `undefined` before the first step.
  let inverse: Float64Array | undefined;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const free = Array.from(
      { length: size },
      (_, i) => !((point[i]! <= low[i]! && gradient[i]! > 0) || (point[i]! >= high[i]! && gradient[i]! < 0)),
    );
    let direction = steepest(gradient, free);
    let descent = dot(gradient, direction);
    if (!(descent < -1e-20)) break;
    if (inverse) {
      const newton = times(inverse, direction, free);
      const expected = dot(gradient, newton);
      if (expected < 0) [direction, descent] = [newton, expected];
      else inverse = undefined;
    }
    // The first step is no longer than a tenth of the box.
    const longest = Math.max(...direction.map(Math.abs));
    let length = inverse ? 1 : Math.min(1, 0.1 / longest);
    let next: { point: Float64Array; slope: Slope } | undefined;
    for (let tries = 0; tries < 25 && !next; tries++, length /= 3) {
      const there = point.map((x, i) => clip(i, x + length * direction[i]!));
      const found = slope(there);
      const gain = there.reduce((sum, x, i) => sum + gradient[i]! * (x - point[i]!), 0);
      if (found.value <= value + 1e-4 * gain && found.value < value) next = { point: there, slope: found };
    }
    if (!next) {
      if (!inverse) break;
      inverse = undefined;
      continue;
    }
    const step = next.point.map((x, i) => x - point[i]!);
    const change = Float64Array.from(next.slope.gradient, (g, i) => g - gradient[i]!);
    const drop = value - next.slope.value;
    ({ point } = next);
    ({ value, gradient } = next.slope);
    inverse = updated(inverse, step, change);
    if (drop <= tolerance * Math.max(1, Math.abs(value))) break;
  }
  return { point, value };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

const steepest = (gradient: ArrayLike<number>, free: readonly boolean[]): Float64Array =>
  Float64Array.from(gradient, (g, i) => (free[i] ? -g : 0));

function times(matrix: Float64Array, vector: Float64Array, free: readonly boolean[]): Float64Array {
  const size = vector.length;
  return vector.map((_, i) => (free[i] ? dot(matrix.subarray(i * size, (i + 1) * size), vector) : 0));
}

/** BFGS: (I - r s y') H (I - r y s') + r s s' with r = 1 / s'y; H as it was where the curve bends the wrong way. */
function updated(
  inverse: Float64Array | undefined,
  step: Float64Array,
  change: Float64Array,
): Float64Array | undefined {
  const size = step.length;
  const curve = dot(step, change);
  const squared = dot(change, change);
  if (!(curve > 1e-10 * Math.sqrt(dot(step, step) * squared))) return inverse;
  const h = inverse ?? identity(size, curve / squared);
  const hy = step.map((_, i) => dot(h.subarray(i * size, (i + 1) * size), change));
  const factor = (1 + dot(change, hy) / curve) / curve;
  return h.map((value, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return value + factor * step[i]! * step[j]! - (hy[i]! * step[j]! + step[i]! * hy[j]!) / curve;
  });
}

function identity(size: number, diagonal: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) matrix[i * size + i] = diagonal;
  return matrix;
}
