import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, broadcastAt, build, normal } from './nd-array.js';
import { dim, type Operation, operation, seed, shapeOf } from './operation.js';

/** Like `numpy.pad`'s modes of the same names. */
function mirrored(position: number, size: number, skip: 0 | 1): number {
  if (position < 0) return -position - 1 + skip;
  return position < size ? position : 2 * size - 1 - position - skip;
}

interface Image {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const scaled = fc.record({
  batch: dim(2),
  height: dim(),
  width: dim(),
  channels: dim(2),
  factor: dim(3),
  seed,
});

const shapeOfImage = ({ batch, height, width, channels }: Image): number[] => [
  batch,
  height,
  width,
  channels,
];

const enlarged = ({ batch, height, width, channels }: Image, factor: number): number[] => [
  batch,
  height * factor,
  width * factor,
  channels,
];

/** Operations that models of one's own may call and no part of ours does. */
export const further: readonly Operation[] = [
  operation('ceil', fc.record({ shape: shapeOf(0, 3), seed }), ({ shape, seed: from }) => ({
    inputs: [normal(from, 'x', shape)],
    run: (x) => tf.ceil(x!),
    reference: (x) => build(shape, (position) => Math.ceil(broadcastAt(x!, position))),
  })),
  ...(['reflect', 'symmetric'] as const).map((mode) =>
    operation(
      `mirrorPad ${mode}`,
      fc.record({ rows: dim(), columns: fc.integer({ min: 3, max: 5 }), before: fc.nat(2), after: fc.nat(2), seed }), // prettier-ignore
      ({ rows, columns, before, after, seed: from }) => ({
        inputs: [normal(from, 'x', [rows, columns])],
        run: (x) => tf.mirrorPad(x!, [[0, 0], [before, after]], mode), // prettier-ignore
        reference: (x) =>
          build([rows, before + columns + after], ([i, j]) =>
            at(x!, [i!, mirrored(j! - before, columns, mode === 'reflect' ? 1 : 0)]),
          ),
      }),
    ),
  ),
  operation('resizeNearestNeighbor', scaled, ({ factor, seed: from, ...image }) => ({
    inputs: [normal(from, 'image', shapeOfImage(image))],
    run: (x) =>
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [image.height * factor, image.width * factor]),
    reference: (x) =>
      build(enlarged(image, factor), ([n, y, column, c]) =>
        at(x!, [n!, Math.floor(y! / factor), Math.floor(column! / factor), c!]),
      ),
  })),
  operation('resizeBilinear', scaled, ({ factor, seed: from, ...image }) => ({
    inputs: [normal(from, 'image', shapeOfImage(image))],
    run: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [image.height * factor, image.width * factor]),
    reference: (x) =>
      build(enlarged(image, factor), ([n, y, column, c]) => {
        const corner = (down: 0 | 1, right: 0 | 1): number =>
          at(x!, [
            n!,
            Math.min(Math.floor(y! / factor) + down, image.height - 1),
            Math.min(Math.floor(column! / factor) + right, image.width - 1),
            c!,
          ]);
        const [v, h] = [(y! % factor) / factor, (column! % factor) / factor];
        return (
          (1 - v) * ((1 - h) * corner(0, 0) + h * corner(0, 1)) +
          v * ((1 - h) * corner(1, 0) + h * corner(1, 1))
        );
      }),
  })),
];
