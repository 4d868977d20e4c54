import type { Vector, VectorBuilder } from '../vector.js';

/**
 * Elementary functions of two doubles at a time, for arguments that are floats: accurate far beyond a float's 24 bits, so that
 * the result, rounded to a float once, is that of exact arithmetic in all but about one case in ten thousand. They use additions,
 * multiplications, divisions, square roots and bit operations alone, which give the same bits everywhere.
 */
export class DoubleMath {
  readonly v: VectorBuilder;

  constructor(builder: VectorBuilder) {
    this.v = builder;
  }

  /** `c[0] + c[1] x + c[2] x^2 + ...` by Horner's rule. */
  polynomial(x: Vector, coefficients: readonly number[]): Vector {
    const { v } = this;
    let sum = v.f64(coefficients.at(-1)!);
    for (let i = coefficients.length - 2; i >= 0; i--) sum = v.add(v.mul(sum, x), v.f64(coefficients[i]!));
    return sum;
  }

  /** `2^t`; at |t| > 1000 that of 1000. */
  exp2(t: Vector): Vector {
    const { v } = this;
    const clamped = v.max(v.min(t, v.f64(1000)), v.f64(-1000));
    const whole = v.nearest(clamped);
    const z = v.mul(v.sub(clamped, whole), v.f64(Math.LN2));
    // e^z by its series: |z| <= 0.347, the first term left out is below 2e-14.
    const fraction = this.polynomial(z, INVERSE_FACTORIALS);
    const shifted = v.add(whole, v.f64(2 ** 52 + 1023));
    return v.mul(fraction, v.shiftLeft64(shifted, 52));
  }

  exp(x: Vector): Vector {
    return this.exp2(this.v.mul(x, this.v.f64(Math.LOG2E)));
  }

  /** `log2` of the power of two in x, and `ln` of what is left, in [sqrt(1/2), sqrt(2)). */
  #parts(x: Vector): { exponent: Vector; ln: Vector } {
    const { v } = this;
    const low = v.and(x, v.bits64(0x000fffffffffffffn));
    const mantissa = v.or(low, v.f64(1));
    const high = v.less(v.f64(Math.SQRT2), mantissa);
    const m = v.select(high, v.mul(mantissa, v.f64(0.5)), mantissa);
    const biased = v.sub(v.or(v.shiftRight64(x, 52), v.f64(2 ** 52)), v.f64(2 ** 52 + 1023));
    const exponent = v.add(biased, v.and(high, v.f64(1)));
    // ln m = 2 artanh s, |s| <= 0.172: the first term left out is below 2e-15 of it.
    const s = v.div(v.sub(m, v.f64(1)), v.add(m, v.f64(1)));
    const ln = v.mul(v.mul(s, v.f64(2)), this.polynomial(v.mul(s, s), ODD_RECIPROCALS));
    return { exponent, ln };
  }

  /** What a logarithm is where the argument is no positive finite number. */
  #logarithm(x: Vector, finite: Vector): Vector {
    const { v } = this;
    const zero = v.equal(x, v.f64(0));
    const positive = v.less(v.f64(0), x);
    const infinite = v.equal(x, v.f64(Infinity));
    const special = v.select(infinite, x, finite);
    return v.select(zero, v.f64(-Infinity), v.select(positive, special, v.f64(NaN)));
  }

  /** The natural logarithm; NaN below 0. */
  log(x: Vector): Vector {
    const { v } = this;
    const { exponent, ln } = this.#parts(x);
    return this.#logarithm(x, v.add(v.mul(exponent, v.f64(Math.LN2)), ln));
  }

  log2(x: Vector): Vector {
    const { v } = this;
    const { exponent, ln } = this.#parts(x);
    return this.#logarithm(x, v.add(exponent, v.mul(ln, v.f64(Math.LOG2E))));
  }

  /** `near` where |x| is below `bound`, where the other loses digits. */
  near(x: Vector, bound: number, near: Vector, far: Vector): Vector {
    const { v } = this;
    return v.select(v.less(v.abs(x), v.f64(bound)), near, far);
  }

  /** `magnitude` with the sign of x. */
  signed(x: Vector, magnitude: Vector): Vector {
    const { v } = this;
    return v.or(v.and(x, v.bits64(-(2n ** 63n))), magnitude);
  }

  /** An odd function by its series at 0: `x (c[0] + c[1] x^2 + ...)`. */
  odd(x: Vector, coefficients: readonly number[]): Vector {
    return this.v.mul(x, this.polynomial(this.v.mul(x, x), coefficients));
  }

  expm1(x: Vector): Vector {
    const { v } = this;
    const series = v.mul(x, this.polynomial(x, [1, 1 / 2, 1 / 6, 1 / 24]));
    return this.near(x, 1e-3, series, v.sub(this.exp(x), v.f64(1)));
  }

  /** `log(1 + z)` for z >= 0. */
  log1p(z: Vector): Vector {
    const { v } = this;
    const series = v.mul(z, this.polynomial(z, [1, -1 / 2, 1 / 3, -1 / 4]));
    return this.near(z, 1e-4, series, this.log(v.add(v.f64(1), z)));
  }

  sigmoid(x: Vector): Vector {
    const { v } = this;
    return v.div(v.f64(1), v.add(v.f64(1), this.exp(v.neg(x))));
  }

  softplus(x: Vector): Vector {
    const { v } = this;
    return v.add(v.max(x, v.f64(0)), this.log1p(this.exp(v.neg(v.abs(x)))));
  }

  tanh(x: Vector): Vector {
    const { v } = this;
    const e = this.exp(v.mul(v.abs(x), v.f64(2)));
    const far = v.sub(v.f64(1), v.div(v.f64(2), v.add(e, v.f64(1))));
    return this.near(x, 0.02, this.odd(x, [1, -1 / 3, 2 / 15, -17 / 315]), this.signed(x, far));
  }

  sinh(x: Vector): Vector {
    const { v } = this;
    const e = this.exp(v.abs(x));
    const far = v.mul(v.sub(e, v.div(v.f64(1), e)), v.f64(0.5));
    return this.near(x, 0.02, this.odd(x, [1, 1 / 6, 1 / 120, 1 / 5040]), this.signed(x, far));
  }

  cosh(x: Vector): Vector {
    const { v } = this;
    const e = this.exp(v.abs(x));
    return v.mul(v.add(e, v.div(v.f64(1), e)), v.f64(0.5));
  }

  asinh(x: Vector): Vector {
    const { v } = this;
    const size = v.abs(x);
    const far = this.log(v.add(size, v.sqrt(v.add(v.mul(x, x), v.f64(1)))));
    return this.near(x, 0.01, this.odd(x, [1, -1 / 6, 3 / 40, -15 / 336]), this.signed(x, far));
  }

  acosh(x: Vector): Vector {
    const { v } = this;
    const root = v.sqrt(v.mul(v.sub(x, v.f64(1)), v.add(x, v.f64(1))));
    return v.select(v.less(x, v.f64(1)), v.f64(NaN), this.log(v.add(x, root)));
  }

  atanh(x: Vector): Vector {
    const { v } = this;
    const far = v.mul(this.log(v.div(v.add(v.f64(1), x), v.sub(v.f64(1), x))), v.f64(0.5));
    return this.near(x, 0.01, this.odd(x, [1, 1 / 3, 1 / 5, 1 / 7]), far);
  }

  /** For x >= 0: halved twice, then the series up to |x| <= 0.199. */
  #atanOf(x: Vector): Vector {
    const { v } = this;
    const inverted = v.less(v.f64(1), x);
    let y = v.select(inverted, v.div(v.f64(1), x), x);
    for (let i = 0; i < 2; i++) y = v.div(y, v.add(v.f64(1), v.sqrt(v.add(v.f64(1), v.mul(y, y)))));
    const angle = v.mul(this.odd(y, ARC_TANGENT), v.f64(4));
    return v.select(inverted, v.sub(v.f64(Math.PI / 2), angle), angle);
  }

  atan(x: Vector): Vector {
    return this.signed(x, this.#atanOf(this.v.abs(x)));
  }

  asin(x: Vector): Vector {
    const { v } = this;
    return this.atan(v.div(x, v.sqrt(v.mul(v.sub(v.f64(1), x), v.add(v.f64(1), x)))));
  }

  acos(x: Vector): Vector {
    const { v } = this;
    const ratio = v.div(v.sub(v.f64(1), x), v.add(v.f64(1), x));
    // Outside [-1, 1] the ratio is negative; at -1 it is infinite.
    return v.mul(this.#atanOf(v.sqrt(ratio)), v.f64(2));
  }

  /** Sine and cosine; `right` says which quarter of the circle an angle lies in. */
  #circle(x: Vector): { sine: Vector; cosine: Vector; quarter: Vector } {
    const { v } = this;
    const turns = v.nearest(v.mul(x, v.f64(2 / Math.PI)));
    let r = x;
    // Half pi in parts short enough for exact products with `turns` up to 2^29.
    for (const part of HALF_PI) r = v.sub(r, v.mul(turns, v.f64(part)));
    const square = v.mul(r, r);
    const sine = v.mul(r, this.polynomial(square, SINE));
    const cosine = this.polynomial(square, COSINE);
    // The last bits of a double above 2^52 count in ones.
    const quarter = v.add(turns, v.f64(2 ** 52 * 1.5));
    return { sine, cosine, quarter };
  }

  /** `a` in even quarters, `b` in odd ones, negative where the second bit of `sign` is set. */
  #chosen(a: Vector, b: Vector, quarter: Vector, sign: Vector): Vector {
    const { v } = this;
    const top = v.bits64(-(2n ** 63n));
    const odd = v.less(v.or(v.and(v.shiftLeft64(quarter, 63), top), v.f64(1)), v.f64(0));
    return v.xor(v.select(odd, b, a), v.and(v.shiftLeft64(sign, 62), top));
  }

  /** The sine; for |x| <= 2^29. */
  sin(x: Vector): Vector {
    const { sine, cosine, quarter } = this.#circle(x);
    return this.#chosen(sine, cosine, quarter, quarter);
  }

  /** The cosine; for |x| <= 2^29. */
  cos(x: Vector): Vector {
    const { sine, cosine, quarter } = this.#circle(x);
    return this.#chosen(cosine, sine, quarter, this.v.add64(quarter, this.v.bits64(1n)));
  }

  erf(x: Vector): Vector {
    const { v } = this;
    const small = v.mul(x, this.polynomial(v.sub(v.mul(v.f64(2), v.mul(x, x)), v.f64(1)), ERF));
    // Beyond 4 a float cannot tell it from 1.
    const size = v.min(v.abs(x), v.f64(4));
    const w = v.div(v.f64(1), v.add(v.f64(1), v.mul(size, v.f64(0.5))));
    const tail = this.polynomial(v.mul(v.sub(w, v.f64(0.5)), v.f64(6)), ERFCX);
    const far = v.sub(v.f64(1), v.mul(this.exp(v.neg(v.mul(size, size))), tail));
    return this.near(x, 1, small, this.signed(x, far));
  }

  /** As JavaScript's `**`: NaN for a negative number to a power that is not whole, 1 for any to the power of 0. */
  pow(x: Vector, y: Vector): Vector {
    const { v } = this;
    const size = this.exp2(v.mul(y, this.log2(v.abs(x))));
    const whole = v.equal(v.nearest(y), y);
    const half = v.mul(y, v.f64(0.5));
    const even = v.equal(v.nearest(half), half);
    const negated = v.select(even, size, v.neg(size));
    // Of a whole power of a negative number, and of -0, the sign.
    const sign = v.less(this.signed(x, v.f64(1)), v.f64(0));
    const zero = v.equal(x, v.f64(0));
    const infinite = v.equal(v.abs(x), v.f64(Infinity));
    const broken = v.select(v.or(zero, infinite), size, v.f64(NaN));
    const powered = v.select(sign, v.select(whole, negated, broken), size);
    const fixed = v.select(v.equal(y, v.f64(0)), v.f64(1), powered);
    return fixed;
  }

  tan(x: Vector): Vector {
    const { v } = this;
    return v.div(this.sin(x), this.cos(x));
  }
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const INVERSE_FACTORIALS = Array.from({ length: 12 }, (_, i) => 1 / factorial(i));
const ODD_RECIPROCALS = Array.from({ length: 9 }, (_, i) => 1 / (2 * i + 1));
const SINE = Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 1 : -1) / factorial(2 * i + 1));
const COSINE = Array.from({ length: 9 }, (_, i) => (i % 2 === 0 ? 1 : -1) / factorial(2 * i));
const ARC_TANGENT = ODD_RECIPROCALS.map((c, i) => (i % 2 === 0 ? c : -c));
const HALF_PI = [1.570796251296997, 7.549789415861596e-8, 5.390302529957765e-15, 3.2820035428735005e-22];
/** `erf(x) / x` by powers of `2 x^2 - 1`, for |x| <= 1: a Chebyshev fit, within 3e-14. */
const ERF = [
  0.9654687386698857, -0.14053608902272094, 0.019852496688083674, -0.0022854855610677334,
  0.00021751716323849742, -1.7537169874405807e-5, 1.2233626015834244e-6, -7.511468510932849e-8,
  4.1387868579378665e-9, -2.0454997911418068e-10,
];
/** `e^(x^2) (1 - erf x)` by powers of `(1 / (1 + x / 2) - 1 / 2) * 6`, for 1 <= x <= 4: the same, within 4e-13. */
const ERFCX = [
  0.2553956763112825, 0.14239528247295954, 0.02685091043229358, 0.002925132597382853, 4.608540725126903e-5,
  -2.8795954764916848e-5, -1.1629610755499648e-6, 4.4858478279185065e-7, 7.699928872710858e-9,
  -8.435135922475196e-9,
];
