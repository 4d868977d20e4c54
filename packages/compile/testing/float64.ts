import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Op } from './agree.js';

/** A function of one number, in TensorFlow.js and in float64. */
export type Unary = readonly [Op, (x: number) => number];
/** A function of two numbers; `undefined` where float64 promises nothing. */
export type Binary = readonly [Op, (a: number, b: number) => number | undefined];

/** The error function, by the series and the continued fraction that its definition gives. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (Number.isNaN(x) || z > 6) return Number.isNaN(x) ? NaN : Math.sign(x);
  let [term, sum] = [z, z];
  for (let n = 1; n < 200; n++) sum += (term *= (-z * z) / n) / (2 * n + 1);
  if (z < 2.5) return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum || x;
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction));
}

const truth = (value: boolean): number => Number(value);
const positive = (x: Tensor): Tensor => tf.greater(x, 0);

/** Whole numbers as TensorFlow.js makes them of floats: towards zero, the nearest there is, 0 for NaN. */
function whole(x: number): number {
  return Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
}

/** To the nearest whole number, of two to the even one. */
function rounded(x: number): number {
  const low = Math.floor(x);
  if (x - low === 0.5) return low % 2 === 0 ? low : low + 1;
  return Math.round(x);
}

/** The remainder of a floored quotient, where that is below 2^29. */
function modulo(a: number, b: number): number | undefined {
  if (Number.isFinite(a) && b !== 0 && Math.abs(a / b) >= 2 ** 29) return undefined;
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** What circular functions take, `2^20` at most. */
const turns = (x: Tensor): Tensor => tf.clipByValue(x, -(2 ** 20), 2 ** 20);
const limited = (x: number): number => (Number.isNaN(x) ? x : Math.max(-(2 ** 20), Math.min(2 ** 20, x)));

const SELU = [1.05070098, 1.67326324] as const;
const wholeNumbers = (op: (a: Tensor, b: Tensor) => Tensor): Op => {
  return (a: Tensor, b: Tensor) => op(tf.cast(a, 'int32'), tf.cast(b, 'int32'));
};

export const binary: Readonly<Record<string, Binary>> = {
  add: [tf.add, (a, b) => a + b],
  sub: [tf.sub, (a, b) => a - b],
  mul: [tf.mul, (a, b) => a * b],
  div: [tf.div, (a, b) => a / b],
  maximum: [tf.maximum, Math.max],
  minimum: [tf.minimum, Math.min],
  mod: [tf.mod, modulo],
  squaredDifference: [tf.squaredDifference, (a, b) => Math.fround(a - b) ** 2],
  greater: [tf.greater, (a, b) => truth(a > b)],
  greaterEqual: [tf.greaterEqual, (a, b) => truth(a >= b)],
  less: [tf.less, (a, b) => truth(a < b)],
  lessEqual: [tf.lessEqual, (a, b) => truth(a <= b)],
  equal: [tf.equal, (a, b) => truth(a === b)],
  notEqual: [tf.notEqual, (a, b) => truth(a !== b)],
  pow: [tf.pow, (a, b) => a ** b],
  prelu: [tf.prelu, (a, b) => (a < 0 ? a * b : a)],
  logicalAnd: [(a, b) => tf.logicalAnd(positive(a), positive(b)), (a, b) => truth(a > 0 && b > 0)],
  logicalOr: [(a, b) => tf.logicalOr(positive(a), positive(b)), (a, b) => truth(a > 0 || b > 0)],
  logicalXor: [(a, b) => tf.logicalXor(positive(a), positive(b)), (a, b) => truth(a > 0 !== b > 0)],
  'add of whole numbers': [wholeNumbers(tf.add), (a, b) => (whole(a) + whole(b)) | 0],
  'maximum of whole numbers': [wholeNumbers(tf.maximum), (a, b) => Math.max(whole(a), whole(b))],
  where: [
    (a: Tensor, b: Tensor) => tf.where(tf.less(a, b), a, tf.add(b, tf.zerosLike(a))),
    (a, b) => (a < b ? a : b),
  ],
};

export const unary: Readonly<Record<string, Unary>> = {
  abs: [tf.abs, Math.abs],
  acos: [tf.acos, Math.acos],
  acosh: [tf.acosh, Math.acosh],
  asin: [tf.asin, Math.asin],
  asinh: [tf.asinh, Math.asinh],
  atan: [tf.atan, Math.atan],
  atanh: [tf.atanh, Math.atanh],
  'cast to whole numbers': [(x) => tf.cast(x, 'int32'), whole],
  ceil: [tf.ceil, Math.ceil],
  clipByValue: [(x) => tf.clipByValue(x, -1.5, 2), (x) => Math.min(2, Math.max(-1.5, x))],
  cos: [(x) => tf.cos(turns(x)), (x) => Math.cos(limited(x))],
  cosh: [tf.cosh, Math.cosh],
  elu: [tf.elu, (x) => (x > 0 ? x : Math.expm1(x))],
  erf: [tf.erf, erf],
  exp: [tf.exp, Math.exp],
  expm1: [tf.expm1, Math.expm1],
  floor: [tf.floor, Math.floor],
  isFinite: [tf.isFinite, (x) => truth(Number.isFinite(x))],
  isInf: [tf.isInf, (x) => truth(Math.abs(x) === Infinity)],
  isNaN: [tf.isNaN, (x) => truth(Number.isNaN(x))],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.25), (x) => (x > 0 ? x : 0.25 * x)],
  log: [tf.log, Math.log],
  log1p: [tf.log1p, Math.log1p],
  logicalNot: [(x) => tf.logicalNot(positive(x)), (x) => truth(!(x > 0))],
  neg: [tf.neg, (x) => -x],
  reciprocal: [tf.reciprocal, (x) => 1 / x],
  relu: [tf.relu, (x) => Math.max(0, x)],
  relu6: [tf.relu6, (x) => Math.min(6, Math.max(0, x))],
  round: [tf.round, rounded],
  rsqrt: [tf.rsqrt, (x) => 1 / Math.sqrt(x)],
  selu: [tf.selu, (x) => SELU[0] * (x > 0 ? x : SELU[1] * Math.expm1(x))],
  sigmoid: [tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  sign: [tf.sign, Math.sign],
  sin: [(x) => tf.sin(turns(x)), (x) => Math.sin(limited(x))],
  sinh: [tf.sinh, Math.sinh],
  softplus: [tf.softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
  sqrt: [tf.sqrt, Math.sqrt],
  square: [tf.square, (x) => x * x],
  'step to 0': [(x) => tf.step(x, 0), (x) => (Number.isNaN(x) ? x : x > 0 ? 1 : 0)],
  step: [(x) => tf.step(x, 0.25), (x) => (Number.isNaN(x) ? x : x > 0 ? 1 : 0.25)],
  tan: [(x) => tf.tan(turns(x)), (x) => Math.tan(limited(x))],
  tanh: [tf.tanh, Math.tanh],
};
