import type { ElementType } from '../../graph/element-type.js';
import type { Node, Value } from '../../graph/graph.js';
import { elementary, power, quotient, remainder } from './math/elementary.js';
import type { Vector, VectorBuilder } from './vector.js';
import { lanesOf } from './view.js';

/** An elementwise operator as an expression of four elements. */
export type Elementwise = (v: VectorBuilder, operands: readonly Vector[], node: Node) => Vector;

type One = (v: VectorBuilder, x: Vector, node: Node) => Vector;
type Two = (v: VectorBuilder, a: Vector, b: Vector, node: Node) => Vector;
const one =
  (body: One): Elementwise =>
  (v, [x], node) =>
    body(v, x!, node);
const two =
  (body: Two): Elementwise =>
  (v, [a, b], node) =>
    body(v, a!, b!, node);

const number = (node: Node, name: string, otherwise: number): number =>
  (node.attributes[name] as number | undefined) ?? otherwise;
const zero = (v: VectorBuilder, like: Vector): Vector => (like.lanes === 'f32' ? v.f32(0) : v.i32(0));
const isPositive = (v: VectorBuilder, x: Vector): Vector => v.less(zero(v, x), x);
const isNaN = (v: VectorBuilder, x: Vector): Vector => v.not(v.equal(x, x));

/** A vector as elements of another type: cut towards zero for whole numbers, not 0 for truths. */
export function cast(v: VectorBuilder, x: Vector, to: ElementType): Vector {
  const lanes = lanesOf(to);
  if (x.lanes === lanes) return x;
  if (lanes === 'mask') return v.not(v.equal(x, zero(v, x)));
  if (lanes === 'f32')
    return x.lanes === 'mask' ? v.as('f32', v.and(x, v.as('mask', v.f32(1)))) : v.toFloat(x);
  return x.lanes === 'mask' ? v.as('i32', v.and(x, v.as('mask', v.i32(1)))) : v.toInt(x);
}

/** 1 with the sign of x; 0, -0 and NaN as they are. */
const sign: One = (v, x) => {
  if (x.lanes !== 'f32') return v.max(v.min(x, v.i32(1)), v.i32(-1));
  const unit = v.or(v.and(x, v.as('f32', v.i32(-(2 ** 31)))), v.f32(1));
  return v.select(v.or(v.less(x, v.f32(0)), v.less(v.f32(0), x)), unit, x);
};

/** The remainder with the sign of the divisor for whole numbers; for floats, with that of the dividend. */
const mod: Two = (v, a, b) => {
  if (a.lanes === 'f32') return remainder(v, a, b);
  const rest = v.sub(a, v.mul(quotient(v, a, b), b));
  const differ = v.less(v.xor(rest, b), v.i32(0));
  return v.select(v.and(differ, v.not(v.equal(rest, v.i32(0)))), v.add(rest, b), rest);
};

const pow: Two = (v, a, b) => {
  if (a.lanes !== 'f32') return v.toInt(v.nearest(power(v, v.toFloat(a), v.toFloat(b))));
  switch (b.number) {
    case 1:
      return a;
    case 2:
      return v.mul(a, a);
    case 3:
      return v.mul(v.mul(a, a), a);
    case -1:
      return v.div(v.f32(1), a);
    default:
      return power(v, a, b);
  }
};

const elu =
  (alpha: number, scale: number): One =>
  (v, x, node) => {
    const below = v.mul(elementary.expm1(v, x), v.f32(number(node, 'alpha', alpha)));
    const chosen = v.select(isPositive(v, x), x, below);
    return scale === 1 ? chosen : v.mul(chosen, v.f32(number(node, 'gamma', scale)));
  };

/** 0 for what is smaller than 2 to the power of `exponent`; NaN and everything else as it is. */
const flushSmall: One = (v, x, node) => {
  const size = v.and(v.as('i32', x), v.i32(2 ** 31 - 1));
  const least = (number(node, 'exponent', -126) + 127) * 2 ** 23;
  return v.and(x, v.as('f32', v.less(v.i32(least - 1), size)));
};

/** Every operator that works element by element. */
export const elementwise = {
  Abs: one((v, x) => v.abs(x)),
  Acos: one(elementary.acos),
  Acosh: one(elementary.acosh),
  Add: two((v, a, b) => v.add(a, b)),
  And: two((v, a, b) => v.and(a, b)),
  Asin: one(elementary.asin),
  Asinh: one(elementary.asinh),
  Atan: one(elementary.atan),
  Atanh: one(elementary.atanh),
  BitwiseAnd: two((v, a, b) => v.and(a, b)),
  Cast: one((v, x, node) => cast(v, x, node.outputs[0]!.dtype)),
  Ceil: one((v, x) => v.ceil(x)),
  Clip: (v, [x, low, high]) => {
    const above = low ? v.max(x!, low) : x!;
    return high ? v.min(above, high) : above;
  },
  Cos: one(elementary.cos),
  Cosh: one(elementary.cosh),
  Div: two((v, a, b) => (a.lanes === 'f32' ? v.div(a, b) : quotient(v, a, b))),
  Elu: one(elu(1, 1)),
  Equal: two((v, a, b) => v.equal(a, b)),
  Erf: one(elementary.erf),
  Exp: one(elementary.exp),
  Floor: one((v, x) => v.floor(x)),
  FlushSmall: one(flushSmall),
  Greater: two((v, a, b) => v.less(b, a)),
  GreaterOrEqual: two((v, a, b) => v.lessOrEqual(b, a)),
  HardSigmoid: one((v, x, node) => {
    const [alpha, beta] = [v.f32(number(node, 'alpha', 0.2)), v.f32(number(node, 'beta', 0.5))];
    // So steep a line is a step, for the smallest numbers too.
    const line = alpha.number! > 1e38 ? v.mul(v.mul(x, alpha), alpha) : v.add(v.mul(x, alpha), beta);
    return v.max(v.min(line, v.f32(1)), v.f32(0));
  }),
  Identity: one((_, x) => x),
  IsInf: one((v, x) => v.equal(v.abs(x), v.f32(Infinity))),
  IsNaN: one((v, x) => isNaN(v, x)),
  LeakyRelu: one((v, x, node) => v.select(isPositive(v, x), x, v.mul(x, v.f32(number(node, 'alpha', 0.01))))),
  Less: two((v, a, b) => v.less(a, b)),
  LessOrEqual: two((v, a, b) => v.lessOrEqual(a, b)),
  Log: one(elementary.log),
  Max: two((v, a, b) => v.max(a, b)),
  Min: two((v, a, b) => v.min(a, b)),
  Mod: two(mod),
  Mul: two((v, a, b) => v.mul(a, b)),
  Neg: one((v, x) => v.neg(x)),
  Not: one((v, x) => v.not(x)),
  Or: two((v, a, b) => v.or(a, b)),
  Pow: two(pow),
  PRelu: two((v, x, slope) => v.select(v.less(x, v.f32(0)), v.mul(x, slope), x)),
  Reciprocal: one((v, x) => v.div(v.f32(1), x)),
  Relu: one((v, x) => v.max(x, v.f32(0))),
  Round: one((v, x) => v.nearest(x)),
  Selu: one(elu(1.67326319217681884765625, 1.05070102214813232421875)),
  Sigmoid: one(elementary.sigmoid),
  Sign: one(sign),
  Sin: one(elementary.sin),
  Sinh: one(elementary.sinh),
  Softplus: one(elementary.softplus),
  Sqrt: one((v, x) => v.sqrt(x)),
  Sub: two((v, a, b) => v.sub(a, b)),
  Tan: one(elementary.tan),
  Tanh: one(elementary.tanh),
  Where: (v, [condition, yes, no]) => v.select(condition!, yes!, no!),
  Xor: two((v, a, b) => v.xor(a, b)),
} satisfies Record<string, Elementwise>;

/** The expression of a node, if it is elementwise. */
export function elementwiseOf(node: Node | undefined): Elementwise | undefined {
  return node && Object.hasOwn(elementwise, node.op)
    ? (elementwise as Record<string, Elementwise>)[node.op]
    : undefined;
}

/** A constant that is one number everywhere, as a vector; `undefined` for anything else. */
export function uniformVector(v: VectorBuilder, { constant, dtype }: Value): Vector | undefined {
  const number = constant?.data.length === 1 ? Number(constant.data[0]) : undefined;
  if (number === undefined) return undefined;
  const lanes = lanesOf(dtype);
  if (lanes === 'f32') return v.f32(number);
  return lanes === 'mask' ? v.truth(number !== 0) : v.i32(number);
}
