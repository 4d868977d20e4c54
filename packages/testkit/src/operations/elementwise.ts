import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, broadcastAt, build, mapped, normal } from './nd-array.js';
import { dim, type Operation, operation, seed, shapeOf } from './operation.js';

type Unary = readonly [
  run: (x: tf.Tensor) => tf.Tensor,
  value: (x: number) => number,
  domain?: (x: number) => number,
];

/** By its power series, good to 1e-12 for what normal numbers are. */
function erf(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; n < 80; n++) total += (term *= (-x * x) / n) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * total;
}

const positive = (x: number): number => Math.abs(x) + 0.1;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const UNARY: Readonly<Record<string, Unary>> = {
  abs: [tf.abs, Math.abs],
  clipByValue: [(x) => tf.clipByValue(x, -0.5, 0.75), (x) => Math.min(0.75, Math.max(-0.5, x))],
  cos: [tf.cos, Math.cos],
  elu: [tf.elu, (x) => (x >= 0 ? x : Math.expm1(x))],
  erf: [tf.erf, erf],
  exp: [tf.exp, Math.exp],
  expm1: [tf.expm1, Math.expm1],
  floor: [tf.floor, Math.floor],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.1), (x) => (x >= 0 ? x : 0.1 * x)],
  log: [tf.log, Math.log, positive],
  log1p: [tf.log1p, Math.log1p, positive],
  neg: [tf.neg, (x) => -x],
  reciprocal: [tf.reciprocal, (x) => 1 / x, positive],
  relu: [tf.relu, (x) => Math.max(0, x)],
  relu6: [tf.relu6, (x) => Math.min(6, Math.max(0, x)), (x) => 4 * x],
  rsqrt: [tf.rsqrt, (x) => 1 / Math.sqrt(x), positive],
  selu: [tf.selu, (x) => 1.0507009873554805 * (x >= 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  sigmoid: [tf.sigmoid, sigmoid],
  sign: [tf.sign, Math.sign],
  sin: [tf.sin, Math.sin],
  softplus: [tf.softplus, (x) => Math.log1p(Math.exp(x))],
  sqrt: [tf.sqrt, Math.sqrt, positive],
  square: [tf.square, (x) => x * x],
  tanh: [tf.tanh, Math.tanh],
};

type Binary = readonly [
  run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  value: (a: number, b: number) => number,
];

const BINARY: Readonly<Record<string, Binary>> = {
  add: [tf.add, (a, b) => a + b],
  sub: [tf.sub, (a, b) => a - b],
  mul: [tf.mul, (a, b) => a * b],
  // The divisor is drawn away from 0 below.
  div: [tf.div, (a, b) => a / b],
};

/** Broadcast they are tested apart: stock TensorFlow.js throws in the gradient. */
const SAME_SHAPE: Readonly<Record<string, Binary>> = {
  maximum: [tf.maximum, Math.max],
  minimum: [tf.minimum, Math.min],
  squaredDifference: [tf.squaredDifference, (a, b) => (a - b) ** 2],
};

const broadcastable = fc.tuple(shapeOf(0, 3), fc.nat(2), fc.nat(7)).map(([shape, drop, ones]) => ({
  a: shape,
  // The second operand: leading dimensions gone, some others 1.
  b: shape.slice(drop).map((dim, axis) => ((ones >> axis) & 1 ? 1 : dim)),
}));

/** One value in, one value out; two values in with broadcasting; choosing. */
export const elementwise: readonly Operation[] = [
  ...Object.entries(UNARY).map(([name, [run, value, domain = (x: number) => x]]) =>
    operation(name, fc.record({ shape: shapeOf(0, 3), seed }), (drawn) => ({
      inputs: [mapped(normal(drawn.seed, 'x', drawn.shape), domain)],
      run: (x) => run(x!),
      reference: (x) => build(x!.shape, (position) => value(broadcastAt(x!, position))),
    })),
  ),
  ...Object.entries(BINARY).map(([name, [run, value]]) =>
    operation(name, fc.record({ shapes: broadcastable, swap: fc.boolean(), seed }), (drawn) => {
      const { a: large, b: small } = drawn.shapes;
      const [a, b] = drawn.swap ? [small, large] : [large, small];
      return {
        inputs: [
          normal(drawn.seed, 'a', a),
          mapped(normal(drawn.seed, 'b', b), (x: number) => (name === 'div' ? positive(x) : x)),
        ],
        run: (x, y) => run(x!, y!),
        reference: (x, y) =>
          build(large, (position) => value(broadcastAt(x!, position), broadcastAt(y!, position))),
      };
    }),
  ),
  ...Object.entries(SAME_SHAPE).map(([name, [run, value]]) =>
    operation(name, fc.record({ shape: shapeOf(0, 3), seed }), ({ shape, seed: from }) => ({
      inputs: [normal(from, 'a', shape), normal(from, 'b', shape)],
      run: (x, y) => run(x!, y!),
      reference: (x, y) =>
        build(shape, (position) => value(broadcastAt(x!, position), broadcastAt(y!, position))),
    })),
  ),
  operation('pow', fc.record({ shape: shapeOf(0, 3), seed }), ({ shape, seed: from }) => ({
    inputs: [mapped(normal(from, 'base', shape), (x) => Math.abs(x) + 0.1), normal(from, 'exponent', shape)],
    run: (x, y) => tf.pow(x!, y!),
    reference: (x, y) => build(shape, (position) => broadcastAt(x!, position) ** broadcastAt(y!, position)),
  })),
  operation('prelu', fc.record({ rows: dim(), columns: dim(), seed }), ({ rows, columns, seed: from }) => ({
    inputs: [normal(from, 'x', [rows, columns]), normal(from, 'alpha', [columns])],
    run: (x, alpha) => tf.prelu(x!, alpha!),
    reference: (x, alpha) =>
      build([rows, columns], ([i, j]) => {
        const value = at(x!, [i!, j!]);
        return value < 0 ? value * at(alpha!, [j!]) : value;
      }),
  })),
  operation('addN', fc.record({ shape: shapeOf(0, 3), seed }), ({ shape, seed: from }) => ({
    inputs: ['a', 'b', 'c'].map((name) => normal(from, name, shape)),
    run: (...terms) => tf.addN(terms),
    reference: (...terms) =>
      build(shape, (position) => terms.reduce((total, term) => total + broadcastAt(term, position), 0)),
  })),
  operation('isNaN and onesLike', fc.record({ shape: shapeOf(0, 3), seed }), ({ shape, seed: from }) => ({
    inputs: [normal(from, 'x', shape)],
    // The root of a negative number is NaN.
    run: (x) => tf.sub(tf.onesLike(x!), tf.cast(tf.isNaN(tf.sqrt(x!)), 'float32')),
    reference: (x) => build(shape, (position) => (broadcastAt(x!, position) < 0 ? 0 : 1)),
    differentiable: false,
  })),
  operation('where', fc.record({ shape: shapeOf(1, 3), seed }), ({ shape, seed: from }) => {
    const chosen = normal(from, 'condition', shape);
    return {
      inputs: ['a', 'b'].map((name) => normal(from, name, shape)),
      // With two conditions, and a filled tensor to choose from.
      run(a, b) {
        const by = tf.tensor(Float32Array.from(chosen.data), shape);
        const first = tf.logicalOr(tf.greater(by, 0), tf.less(by, -1));
        return tf.where(first, a!, tf.add(b!, tf.fill(shape, 0.5)));
      },
      reference: (a, b) =>
        build(shape, (position) => {
          const by = broadcastAt(chosen, position);
          return by > 0 || by < -1 ? broadcastAt(a!, position) : broadcastAt(b!, position) + 0.5;
        }),
    };
  }),
];
