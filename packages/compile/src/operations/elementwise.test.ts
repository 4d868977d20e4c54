import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agree, agreeWithGradient, compiledResult, expectClose, spread, whole } from '../../testing/agree.js';
import type { Op } from '../../testing/agree.js';

/** Two shapes that broadcast together, with extents 1 and odd ones. */
const pairs = fc.array(fc.constantFrom(1, 2, 3, 5), { maxLength: 4 }).chain((shape) =>
  fc.record({
    a: fc.tuple(...shape.map((n) => fc.constantFrom(n, n, 1))).map((list) => [...list]),
    b: fc
      .nat(shape.length)
      .chain((drop) =>
        fc.tuple(...shape.slice(drop).map((n) => fc.constantFrom(n, n, 1))).map((list) => [...list]),
      ),
    seed: fc.integer({ min: 1, max: 1000 }),
  }),
);

const special = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2.5,
  3.5,
  -2.5,
  1e-6,
  -1e-6,
  20,
  -20,
  88,
  -88,
  3e38,
  1e-40,
];

const everywhere: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  abs: tf.abs,
  atan: tf.atan,
  ceil: tf.ceil,
  clipByValue: (x) => tf.clipByValue(x, -1, 2),
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  isNaN: tf.isNaN,
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  neg: tf.neg,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  relu6: tf.relu6,
  round: tf.round,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  softplus: tf.softplus,
  square: tf.square,
  step: (x) => tf.step(x, 0),
  stepLeaky: (x) => tf.step(x, 0.3),
  tanh: tf.tanh,
};

const inDomain: Record<string, [(x: tf.Tensor) => tf.Tensor, number, number]> = {
  acos: [tf.acos, -0.9, 0.9],
  acosh: [tf.acosh, 1.1, 9],
  asin: [tf.asin, -0.9, 0.9],
  asinh: [tf.asinh, -3, 3],
  atanh: [tf.atanh, -0.9, 0.9],
  cos: [tf.cos, -4, 4],
  cosh: [tf.cosh, -3, 3],
  log: [tf.log, 0.1, 9],
  log1p: [tf.log1p, -0.9, 9],
  rsqrt: [tf.rsqrt, 0.1, 9],
  sin: [tf.sin, -4, 4],
  sinh: [tf.sinh, -3, 3],
  sqrt: [tf.sqrt, 0.1, 9],
  tan: [tf.tan, -1.3, 1.3],
};

describe('kernels of one operand', () => {
  it.each(Object.entries(everywhere))('%s, with special numbers', async (name, op) => {
    // tfjs has 0 for the sign of NaN; here it is NaN, as in TensorFlow.
    // Steps of numbers too small for a normal float are between 0 and 1.
    const x = tf.tensor1d(
      name === 'sign' ? special.slice(1) : name === 'step' ? special.slice(0, -1) : special,
    );
    const flat = name.startsWith('exp') || name === 'elu' || name === 'selu';
    await agree(op as Op, [x], flat ? { relative: 1e-5 } : { relative: 1e-5, absolute: 1e-6 });
  });

  it.each(Object.entries(everywhere).filter(([name]) => !['isFinite', 'isInf', 'isNaN'].includes(name)))(
    '%s and its gradient',
    async (_, op) => {
      await agreeWithGradient(op as Op, [spread([3, 5], 3)]);
      await agreeWithGradient(op as Op, [spread([], 4)]);
    },
  );

  it.each(Object.entries(inDomain))('%s and its gradient', async (_, [op, low, high]) => {
    await agreeWithGradient(op as Op, [spread([2, 7], 5, low, high)]);
  });

  it('expm1 and log1p keep their digits near 0', async () => {
    const x = [1e-7, -1e-7, 1e-4, -3e-3, 0.4, -0.4, 0.6, -0.6];
    const [up] = await compiledResult(tf.expm1 as Op, [tf.tensor1d(x)]);
    const [down] = await compiledResult(tf.log1p as Op, [tf.tensor1d(x)]);
    expectClose(
      up!.data,
      x.map((v) => Math.expm1(Math.fround(v))),
      { absolute: 0, relative: 1e-6 },
    );
    expectClose(
      down!.data,
      x.map((v) => Math.log1p(Math.fround(v))),
      { absolute: 0, relative: 1e-6 },
    );
  });

  it('integers stay integers', async () => {
    for (const op of [tf.abs, tf.neg, tf.sign, tf.square, tf.relu]) await agree(op as Op, [whole([4, 3])]);
    await agree(((x: tf.Tensor) => tf.clipByValue(x, -2, 2)) as Op, [whole([7])]);
    await agree(((x: tf.Tensor) => tf.cast(x, 'float32')) as Op, [whole([7])]);
    await agree(((x: tf.Tensor) => tf.cast(x, 'int32')) as Op, [tf.tensor1d([1.9, -1.9, 0, 7.5])]);
    await agree(((x: tf.Tensor) => tf.cast(x, 'bool')) as Op, [tf.tensor1d([1.9, -1.9, 0, 0.2])]);
    await agree(((x: tf.Tensor) => tf.logicalNot(tf.cast(x, 'bool'))) as Op, [whole([7])]);
  });
});

describe('kernels of two operands', () => {
  const smooth: Record<string, Op> = {
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: (a, b) => tf.div(a, tf.add(tf.square(b), 0.5)),
    pow: (a, b) => tf.pow(tf.add(tf.square(a), 0.5), b),
    atan2: (a, b) => tf.atan2(a, b),
  };
  it.each(Object.entries(smooth))('%s broadcasts, and so does its gradient', async (_, op) => {
    await fc.assert(
      fc.asyncProperty(pairs, async ({ a, b, seed }) => {
        await agreeWithGradient(op, [spread(a, seed), spread(b, seed + 1)], {
          relative: 1e-4,
          absolute: 1e-4,
        });
      }),
      { numRuns: 8, seed: 1 },
    );
  });

  const forwardOnly: Record<string, Op> = {
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
    greater: tf.greater,
    greaterEqual: tf.greaterEqual,
    less: tf.less,
    lessEqual: tf.lessEqual,
    equal: tf.equal,
    notEqual: tf.notEqual,
    mod: tf.mod,
    floorDiv: tf.floorDiv,
  };
  it.each(Object.entries(forwardOnly))('%s broadcasts, on floats and integers', async (name, op) => {
    await fc.assert(
      fc.asyncProperty(pairs, async ({ a, b, seed }) => {
        if (name !== 'floorDiv') await agree(op, [spread(a, seed), spread(b, seed + 1)]);
        await agree(op, [whole(a, seed), whole(b, seed + 1, 1, 5)]);
        await agree(op, [whole(a, seed), whole(b, seed + 1, -5, 0)]);
      }),
      { numRuns: 6, seed: 2 },
    );
  });

  it('maximum, minimum, squaredDifference and prelu have gradients', async () => {
    for (const op of [tf.maximum, tf.minimum, tf.squaredDifference] as Op[])
      await agreeWithGradient(op, [spread([3, 4], 1), spread([3, 4], 2)]);
    await agreeWithGradient(tf.prelu as Op, [spread([2, 3, 4], 1), spread([4], 2)]);
    await agreeWithGradient(tf.prelu as Op, [spread([2, 3, 4], 1), spread([3, 4], 2)]);
  });

  it('special numbers', async () => {
    const [a, b] = [special.flatMap((x) => special.map(() => x)), special.flatMap(() => special)];
    const ops: Op[] = [
      tf.add,
      tf.sub,
      tf.mul,
      tf.div,
      tf.maximum,
      tf.minimum,
      tf.greater,
      tf.equal,
      tf.lessEqual,
    ];
    for (const op of ops) await agree(op, [tf.tensor1d(a), tf.tensor1d(b)]);
  });

  it('a division of integers by 0 is 0, and no crash', async () => {
    const inputs = [tf.tensor1d([5, -5, 0], 'int32'), tf.tensor1d([0, 0, 0], 'int32')];
    const [quotient] = await compiledResult(tf.floorDiv as Op, inputs);
    expect([...quotient!.data]).toEqual([0, 0, 0]);
    const [remainder] = await compiledResult(tf.mod as Op, inputs);
    expect([...remainder!.data]).toEqual([0, 0, 0]);
  });

  it('logical operators and where', async () => {
    const [a, b] = [tf.cast(whole([3, 4], 1, 0, 2), 'bool'), tf.cast(whole([4], 2, 0, 2), 'bool')];
    for (const op of [tf.logicalAnd, tf.logicalOr, tf.logicalXor] as Op[]) await agree(op, [a, b]);
    await agree(tf.where as Op, [a, spread([3, 4], 3), spread([3, 4], 4)]);
    await agree(tf.where as Op, [a, whole([3, 4], 3), whole([1, 4], 4)]);
    await agree(tf.where as Op, [b, a, tf.logicalNot(a)]);
    const chosen: Op = (x, y) => tf.where(tf.tensor1d([1, 0, 0, 1], 'bool'), tf.mul(x, 2), y);
    await agreeWithGradient(chosen, [spread([3, 4], 3), spread([3, 4], 4)]);
    await agree(((x: tf.Tensor, y: tf.Tensor) => tf.addN([x, y, x])) as Op, [spread([3], 1), spread([3], 2)]);
  });
});
