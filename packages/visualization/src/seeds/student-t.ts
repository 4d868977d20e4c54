/**
 * Two-sided point of Student's t: `P(|T| <= t) = confidence`.
 *
 * @param degrees Of freedom, whole; below 1 the result is NaN.
 * @param confidence Above 0, below 1. Default 0.95.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4
 */
export function studentT(degrees: number, confidence = 0.95): number {
  if (!(degrees >= 1)) return NaN;
  const freedom = Math.min(degrees, MANY);
  // In the angle whose tangent is t / sqrt(degrees) the whole range is finite.
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (within(middle, freedom) < confidence) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan((low + high) / 2);
}

/** Beyond so many the point moves by less than a thousandth, and the sum below would be long. */
const MANY = 10_000;

/** `P(|T| <= sqrt(degrees) tan(angle))`, a finite sum for whole degrees of freedom. */
function within(angle: number, degrees: number): number {
  const odd = degrees % 2 === 1;
  const square = Math.cos(angle) ** 2;
  let term = odd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let i = odd ? 3 : 2; i < degrees; i += 2) {
    term *= (square * (i - 1)) / i;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
