import type { Vector, VectorBuilder } from '../vector.js';
import { DoubleMath } from './double.js';

/** A function of one float, computed in float64 and rounded once. */
const rounded =
  (body: (math: DoubleMath, x: Vector) => Vector) =>
  (v: VectorBuilder, x: Vector): Vector => {
    const math = new DoubleMath(v);
    const [low, high] = v.halves(x);
    return v.join(body(math, low), body(math, high));
  };

/**
 * Elementary functions of four floats. Each is computed in float64 and rounded once: within 0.5001 units in the last place of
 * the exact result over all floats, denormals among them (sine, cosine and tangent for arguments up to 2^29). The same bits on
 * every machine.
 */
export const elementary = {
  acos: rounded((math, x) => math.acos(x)),
  acosh: rounded((math, x) => math.acosh(x)),
  asin: rounded((math, x) => math.asin(x)),
  asinh: rounded((math, x) => math.asinh(x)),
  atan: rounded((math, x) => math.atan(x)),
  atanh: rounded((math, x) => math.atanh(x)),
  cos: rounded((math, x) => math.cos(x)),
  cosh: rounded((math, x) => math.cosh(x)),
  erf: rounded((math, x) => math.erf(x)),
  exp: rounded((math, x) => math.exp(x)),
  expm1: rounded((math, x) => math.expm1(x)),
  log: rounded((math, x) => math.log(x)),
  sigmoid: rounded((math, x) => math.sigmoid(x)),
  sin: rounded((math, x) => math.sin(x)),
  sinh: rounded((math, x) => math.sinh(x)),
  softplus: rounded((math, x) => math.softplus(x)),
  tan: rounded((math, x) => math.tan(x)),
  tanh: rounded((math, x) => math.tanh(x)),
} as const;

/** `x ** y` of four floats each, as JavaScript defines it. */
export function power(v: VectorBuilder, x: Vector, y: Vector): Vector {
  const math = new DoubleMath(v);
  const [lowX, highX] = v.halves(x);
  const [lowY, highY] = v.halves(y);
  return v.join(math.pow(lowX, lowY), math.pow(highX, highY));
}

/** The remainder of `a / b` with the sign of a; exact where the quotient is below 2^29. */
export function remainder(v: VectorBuilder, a: Vector, b: Vector): Vector {
  const half = (x: Vector, y: Vector): Vector => {
    const rest = v.sub(x, v.mul(v.trunc(v.div(x, y)), y));
    const signed = new DoubleMath(v).signed(x, v.abs(rest));
    // What is smaller than the divisor stays, also under an infinite one.
    return v.select(v.less(v.abs(x), v.abs(y)), x, signed);
  };
  const [lowA, highA] = v.halves(a);
  const [lowB, highB] = v.halves(b);
  return v.join(half(lowA, lowB), half(highA, highB));
}

/** The quotient of whole numbers, cut towards zero. */
export function quotient(v: VectorBuilder, a: Vector, b: Vector): Vector {
  const [lowA, highA] = v.halves(a);
  const [lowB, highB] = v.halves(b);
  return v.joinInts(v.div(lowA, lowB), v.div(highA, highB));
}
