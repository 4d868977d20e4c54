import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, build, normal } from './nd-array.js';
import { dim, type Operation, operation, seed, shapeOf } from './operation.js';

/** Values moved, repeated and looked up. */
export const arrangement: readonly Operation[] = [
  operation(
    'transpose',
    shapeOf(1, 4).chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        order: fc.shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        ),
        seed,
      }),
    ),
    ({ shape, order, seed: from }) => ({
      inputs: [normal(from, 'x', shape)],
      run: (x) => tf.transpose(x!, order),
      reference: (x) =>
        build(
          order.map((axis) => shape[axis]!),
          (position) =>
            at(
              x!,
              shape.map((_, axis) => position[order.indexOf(axis)]!),
            ),
        ),
    }),
  ),
  operation('reshape', fc.record({ rows: dim(), columns: dim(), seed }), ({ rows, columns, seed: from }) => ({
    inputs: [normal(from, 'x', [rows, columns])],
    run: (x) => tf.reshape(x!, [columns, -1]),
    reference: (x) => ({ shape: [columns, rows], data: x!.data }),
  })),
  operation('reverse', fc.record({ rows: dim(), columns: dim(), seed }), ({ rows, columns, seed: from }) => ({
    inputs: [normal(from, 'x', [rows, columns])],
    run: (x) => tf.reverse(x!, 1),
    reference: (x) => build([rows, columns], ([i, j]) => at(x!, [i!, columns - 1 - j!])),
  })),
  operation(
    'concat',
    fc.record({ rows: dim(), left: dim(), right: dim(), seed }),
    ({ rows, left, right, seed: from }) => ({
      inputs: [normal(from, 'a', [rows, left]), normal(from, 'b', [rows, right])],
      run: (a, b) => tf.concat([a!, b!], -1),
      reference: (a, b) =>
        build([rows, left + right], ([i, j]) => (j! < left ? at(a!, [i!, j!]) : at(b!, [i!, j! - left]))),
    }),
  ),
  operation(
    'slice',
    fc.record({ rows: dim(), columns: dim(), skip: fc.nat(3), seed }),
    ({ rows, columns, skip, seed: from }) => {
      const start = skip % columns;
      return {
        inputs: [normal(from, 'x', [rows, columns])],
        run: (x) => tf.slice(x!, [0, start], [rows, columns - start]),
        reference: (x) => build([rows, columns - start], ([i, j]) => at(x!, [i!, j! + start])),
      };
    },
  ),
  operation(
    'pad',
    fc.record({ rows: dim(), columns: dim(), before: fc.nat(2), after: fc.nat(2), seed }),
    ({ rows, columns, before, after, seed: from }) => ({
      inputs: [normal(from, 'x', [rows, columns])],
      run: (x) => tf.pad(x!, [[0, 0], [before, after]], 0.5), // prettier-ignore
      reference: (x) =>
        build([rows, before + columns + after], ([i, j]) =>
          j! < before || j! >= before + columns ? 0.5 : at(x!, [i!, j! - before]),
        ),
    }),
  ),
  operation(
    'tile',
    fc.record({ rows: dim(3), columns: dim(3), down: dim(3), across: dim(3), seed }),
    ({ rows, columns, down, across, seed: from }) => ({
      inputs: [normal(from, 'x', [rows, columns])],
      run: (x) => tf.tile(x!, [down, across]),
      reference: (x) => build([rows * down, columns * across], ([i, j]) => at(x!, [i! % rows, j! % columns])),
    }),
  ),
  operation(
    'gather',
    fc.record({ rows: dim(5), columns: dim(), axis: fc.nat(1), picks: fc.array(fc.nat(19), { minLength: 1, maxLength: 6 }), seed }), // prettier-ignore
    ({ rows, columns, axis, picks, seed: from }) => {
      // Repeated ones are likely: their gradients add up.
      const indices = picks.map((pick) => pick % [rows, columns][axis]!);
      return {
        inputs: [normal(from, 'x', [rows, columns])],
        run: (x) => tf.gather(x!, tf.tensor1d(indices, 'int32'), axis),
        reference: (x) =>
          build(axis === 0 ? [indices.length, columns] : [rows, indices.length], ([i, j]) =>
            at(x!, axis === 0 ? [indices[i!]!, j!] : [i!, indices[j!]!]),
          ),
      };
    },
  ),
  operation(
    'oneHot',
    fc.record({ labels: fc.array(fc.nat(4), { minLength: 1, maxLength: 6 }), seed }),
    ({ labels, seed: from }) => ({
      inputs: [normal(from, 'x', [1])],
      // As integers and as floats: the kernels write the type that they are asked for.
      run: (x) =>
        tf.mul(
          tf.add(
            tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 5), 'float32'),
            tf.oneHot(tf.tensor1d(labels, 'int32'), 5, 0.5, 0.25, 'float32'),
          ),
          tf.reshape(x!, [1, 1]),
        ),
      reference: (x) => build([labels.length, 5], ([i, j]) => x!.data[0]! * (labels[i!] === j ? 1.5 : 0.25)),
    }),
  ),
  operation('stack and unstack', fc.record({ rows: dim(), columns: dim(), seed }), (drawn) => ({
    inputs: ['a', 'b'].map((name) => normal(drawn.seed, name, [drawn.rows, drawn.columns])),
    run: (a, b) => tf.stack([...tf.unstack(tf.stack([a!, b!], 1), 1)].reverse(), 0),
    reference: (a, b) =>
      build([2, drawn.rows, drawn.columns], ([k, i, j]) => at(k === 0 ? b! : a!, [i!, j!])),
  })),
];
