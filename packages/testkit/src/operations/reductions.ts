import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, build, type NdArray, normal, positions } from './nd-array.js';
import { dim, type Operation, operation, seed, shapeOf } from './operation.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

type Reduction = readonly [
  run: (x: tf.Tensor, axes: number[] | undefined, keepDims: boolean) => tf.Tensor,
  value: (values: readonly number[]) => number,
];

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  sum: [tf.sum, sum],
  mean: [tf.mean, (values) => sum(values) / values.length],
  max: [tf.max, (values) => Math.max(...values)],
  min: [tf.min, (values) => Math.min(...values)],
  logSumExp: [
    tf.logSumExp,
    (values) => {
      const largest = Math.max(...values);
      return largest + Math.log(sum(values.map((value) => Math.exp(value - largest))));
    },
  ],
};

/** A shape and some of its axes, from the front or the back, or all of them. */
const shapeAndAxes = shapeOf(1, 4).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.oneof(
      fc.constant(undefined),
      fc
        .subarray(
          shape.map((_, axis) => axis),
          { minLength: 1 },
        )
        .chain((axes) => fc.boolean().map((back) => (back ? axes.map((axis) => axis - shape.length) : axes))),
    ),
    keepDims: fc.boolean(),
    seed,
  }),
);

function reduce(
  x: NdArray,
  axes: readonly number[],
  keepDims: boolean,
  value: (values: readonly number[]) => number,
): NdArray {
  const kept = build(
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    (position) =>
      value(
        positions(x.shape)
          .filter((other) => other.every((index, axis) => axes.includes(axis) || index === position[axis]))
          .map((other) => at(x, other)),
      ),
  );
  return keepDims ? kept : { shape: x.shape.filter((_, axis) => !axes.includes(axis)), data: kept.data };
}

const rows = fc.record({ rows: dim(), columns: dim(6), seed });

function softmax(x: NdArray): NdArray {
  const width = x.shape.at(-1)!;
  return build(x.shape, (position) => {
    const row = Array.from({ length: width }, (_, i) => at(x, [...position.slice(0, -1), i]));
    return Math.exp(at(x, position)) / sum(row.map(Math.exp));
  });
}

/** Many values in, one out; and what is made of such. */
export const reductions: readonly Operation[] = [
  ...Object.entries(REDUCTIONS).map(([name, [run, value]]) =>
    operation(name, shapeAndAxes, ({ shape, axes, keepDims, seed: from }) => ({
      inputs: [normal(from, 'x', shape)],
      run: (x) => run(x!, axes, keepDims),
      reference: (x) =>
        reduce(
          x!,
          (axes ?? shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + shape.length : axis)),
          keepDims,
          value,
        ),
    })),
  ),
  operation('argMax', rows, (drawn) => ({
    inputs: [normal(drawn.seed, 'x', [drawn.rows, drawn.columns])],
    run: (x) => tf.cast(tf.argMax(x!, 1), 'float32'),
    reference: (x) => reduce(x!, [1], false, (values) => values.indexOf(Math.max(...values))),
    differentiable: false,
  })),
  operation('softmax', rows, (drawn) => ({
    inputs: [normal(drawn.seed, 'x', [drawn.rows, drawn.columns])],
    run: (x) => tf.softmax(x!),
    reference: (x) => softmax(x!),
  })),
  operation('logSoftmax', rows, (drawn) => ({
    inputs: [normal(drawn.seed, 'x', [drawn.rows, drawn.columns])],
    run: (x) => tf.logSoftmax(x!),
    reference: (x) => {
      const { shape, data } = softmax(x!);
      return { shape, data: data.map(Math.log) };
    },
  })),
  operation('cumsum', rows, (drawn) => ({
    inputs: [normal(drawn.seed, 'x', [drawn.rows, drawn.columns])],
    run: (x) => tf.cumsum(x!, 1),
    reference: (x) =>
      build(x!.shape, ([row, column]) =>
        sum(Array.from({ length: column! + 1 }, (_, i) => at(x!, [row!, i]))),
      ),
  })),
];
