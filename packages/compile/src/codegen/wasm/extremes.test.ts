import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Op } from '../../../testing/agree.js';
import { binary, unary } from '../../../testing/float64.js';
import { graphOfOp, wasmResult } from '../../../testing/wasm-graph.js';
import { elementwise } from './elementwise.js';

beforeAll(() => tf.setBackend('cpu'));

const special = [0, -0, 1, -1, 0.5, 3, NaN, Infinity, -Infinity, 1e-40, -1e-45, 3e38, -3e38, 2 ** -126];
const number = fc.oneof(fc.constantFrom(...special), fc.float({ noNaN: true, min: -100, max: 100 }));

/** Two shapes, of which the second broadcasts to the first: extents 0, 1 and odd ones. */
const shapes = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 9), fc.boolean()), { maxLength: 3 })
  .chain((axes) =>
    fc.record({
      whole: fc.constant(axes.map(([extent]) => extent)),
      part: fc
        .integer({ min: 0, max: axes.length })
        .map((dropped) => axes.slice(dropped).map(([extent, one]) => (one ? 1 : extent))),
    }),
  );

function tensorOf(shape: readonly number[], numbers: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => numbers[i % numbers.length]!),
    [...shape],
  );
}

/** Equal but for one rounding, the sign of zeros and what lies beneath the smallest normal number. */
function same(actual: number, wanted: number): boolean {
  if (Number.isNaN(wanted) || Number.isNaN(actual)) return Number.isNaN(wanted) && Number.isNaN(actual);
  const expected = Math.fround(wanted);
  return actual === expected || Math.abs(actual - expected) <= 2e-7 * Math.abs(expected) + 2e-45;
}

type Numbers = readonly number[];
const reductions: Record<string, [(x: Tensor, axis?: number) => Tensor, (row: Numbers) => number]> = {
  sum: [tf.sum, (row) => row.reduce((a, b) => a + b, 0)],
  mean: [tf.mean, (row) => row.reduce((a, b) => a + b, 0) / row.length],
  max: [tf.max, (row) => Math.max(...row)],
  min: [tf.min, (row) => Math.min(...row)],
  prod: [tf.prod, (row) => row.reduce((a, b) => a * b, 1)],
};

/** Where an element of the whole is read in a part that is broadcast. */
function at(index: number, whole: Numbers, part: Numbers): number {
  let [rest, place, step] = [index, 0, 1];
  for (let i = 1; i <= whole.length; i++) {
    const extent = whole[whole.length - i]!;
    const own = part[part.length - i] ?? 1;
    if (own !== 1) place += (rest % extent) * step;
    step *= own;
    rest = Math.floor(rest / extent);
  }
  return place;
}

describe('float64, rounded', () => {
  const numbers = fc.array(number, { minLength: 5, maxLength: 30 });

  it.each(Object.keys(binary))('%s', (name) => {
    const [op, exact] = binary[name]!;
    fc.assert(
      fc.property(shapes, numbers, numbers, ({ whole, part }, first, second) => {
        const [a, b] = [tensorOf(whole, first), tensorOf(part, second)];
        const [x, y] = [a.dataSync(), b.dataSync()];
        const [result] = wasmResult(op, [a, b]);
        expect(result!.shape).toEqual(whole);
        result!.data.forEach((value, i) => {
          const wanted = exact(x[i]!, y[at(i, whole, part)]!);
          if (wanted !== undefined && !same(value, wanted))
            expect.fail(`${name}(${x[i]}, ${y[at(i, whole, part)]}) = ${value}, not ${wanted}`);
        });
        tf.dispose([a, b]);
      }),
      { numRuns: 40, seed: 11 },
    );
  });

  it.each(Object.keys(unary))('%s', (name) => {
    const [op, exact] = unary[name]!;
    fc.assert(
      fc.property(shapes, numbers, ({ whole }, given) => {
        const a = tensorOf(whole, given);
        const x = a.dataSync();
        const [result] = wasmResult(op, [a]);
        result!.data.forEach((value, i) => {
          if (!same(value, exact(x[i]!))) expect.fail(`${name}(${x[i]}) = ${value}, not ${exact(x[i]!)}`);
        });
        a.dispose();
      }),
      { numRuns: 40, seed: 12 },
    );
  });

  it('every elementwise operator is among them', () => {
    const [x, n] = [tf.zeros([2]), tf.zeros([2], 'int32')];
    const extra: readonly (readonly [Op, ...Tensor[]])[] = [
      // Of whole numbers alone.
      [tf.bitwiseAnd, n, n],
    ];
    const graphs = [
      ...Object.values(binary).map(([op]) => graphOfOp(op, [x, x])),
      ...Object.values(unary).map(([op]) => graphOfOp(op, [x])),
      ...extra.map(([op, ...inputs]) => graphOfOp(op, inputs)),
    ];
    const met = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ op }) => op)));
    // What gives its operand is taken away before; what flushes stands before a state, see step-module.test.ts.
    expect(Object.keys(elementwise).filter((name) => !met.has(name))).toEqual(['FlushSmall', 'Identity']);
  });

  it.each(Object.keys(reductions))('%s', (name) => {
    const [op, exact] = reductions[name]!;
    const extents = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
    );
    fc.assert(
      fc.property(extents, numbers, fc.constantFrom(0, 1, 2, undefined), (shape, given, axis) => {
        // What overflows on the way depends on the order.
        const tame = (value: number): number =>
          name === 'prod' && Number.isFinite(value)
            ? value && 1 + (value % 1) / 4
            : Math.abs(value) === 3e38
              ? 1
              : value;
        const a = tensorOf(shape, given.map(tame));
        const x = a.dataSync();
        const [result] = wasmResult((t: Tensor) => op(t, axis), [a]);
        const [outer, middle, inner] =
          axis === undefined
            ? [1, x.length, 1]
            : [
                shape.slice(0, axis).reduce((p, q) => p * q, 1),
                shape[axis]!,
                shape.slice(axis + 1).reduce((p, q) => p * q, 1),
              ];
        expect(result!.data.length).toBe(outer * inner);
        result!.data.forEach((value, i) => {
          const start = Math.floor(i / inner) * middle * inner + (i % inner);
          const row = Array.from({ length: middle }, (_, k) => x[start + k * inner]!);
          const size = row.reduce((sum, one) => sum + Math.abs(one), 0);
          const wanted = exact(row);
          const near = Math.abs(value - wanted) <= 1e-12 * size;
          if (!near && !same(value, wanted))
            expect.fail(`${name} of ${row.join()} is ${value}, not ${wanted}`);
        });
        a.dispose();
      }),
      { numRuns: 60, seed: 13 },
    );
  });
});
