import { pow } from '@espalier/core/internal';

/** Steps of the integral, an even number. */
const STEPS = 20_000;

/**
 * Quantiles of the distribution Beta(alpha, alpha) at 0, 1 / size, ..., 1, so that interpolation between them turns uniform numbers into
 * such numbers: inside a step nothing can be drawn until it fits.
 *
 * @param alpha Above 0; 1 is uniform.
 */
export function betaQuantiles(alpha: number, size: number): Float32Array {
  // Below 1 the density is infinite at 0; over t = x^alpha it is not.
  const power = Math.min(alpha, 1);
  const density = (t: number): number => {
    if (alpha < 1) return pow(1 - pow(t, 1 / alpha), alpha - 1);
    return pow(t * (1 - t), alpha - 1);
  };
  // Simpson's rule from 0 to where x is 1/2, kept after each pair of steps.
  const width = pow(0.5, power) / STEPS;
  const below = new Float64Array(STEPS / 2 + 1);
  for (let i = 0; i < STEPS / 2; i++) {
    const [a, b, c] = [2 * i, 2 * i + 1, 2 * i + 2].map((k) => density(k * width));
    below[i + 1] = below[i]! + ((a! + 4 * b! + c!) * width) / 3;
  }
  const half = below.at(-1)!;
  const quantiles = new Float32Array(size + 1);
  let at = 0;
  for (let k = 0; k <= size / 2; k++) {
    const wanted = (2 * k * half) / size;
    while (at < STEPS / 2 - 1 && below[at + 1]! < wanted) at++;
    const share = (wanted - below[at]!) / (below[at + 1]! - below[at]!);
    const x = pow(2 * (at + share) * width, 1 / power);
    quantiles[k] = x;
    quantiles[size - k] = 1 - x;
  }
  return quantiles;
}
