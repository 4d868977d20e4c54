import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, build, mapped, type NdArray, normal } from './nd-array.js';
import { dim, type Operation, operation, seed } from './operation.js';

interface Axis {
  readonly out: number;
  /** Rows of padding before the first one. */
  readonly before: number;
}

/** Where windows lie along one axis, as TensorFlow places them. */
export function windows(input: number, size: number, stride: number, padding: 'same' | 'valid'): Axis {
  if (padding === 'valid') return { out: Math.floor((input - size) / stride) + 1, before: 0 };
  const out = Math.ceil(input / stride);
  return { out, before: Math.floor(Math.max(0, (out - 1) * stride + size - input) / 2) };
}

/** Calls `visit` for every place of a window that lies inside the image. */
function visitWindow(
  [y, x]: readonly [number, number],
  { height, width, size, stride, rows, columns }: Geometry,
  visit: (inputY: number, inputX: number, windowY: number, windowX: number) => void,
): void {
  for (let dy = 0; dy < size; dy++) {
    for (let dx = 0; dx < size; dx++) {
      const [fromY, fromX] = [y * stride - rows.before + dy, x * stride - columns.before + dx];
      if (fromY >= 0 && fromY < height && fromX >= 0 && fromX < width) visit(fromY, fromX, dy, dx);
    }
  }
}

interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly size: number;
  readonly stride: number;
  readonly rows: Axis;
  readonly columns: Axis;
}

const settings = (padding: 'same' | 'valid') =>
  fc.record({
    batch: dim(2),
    height: fc.integer({ min: 3, max: 6 }),
    width: fc.integer({ min: 3, max: 6 }),
    channels: dim(2),
    filters: dim(2),
    size: dim(3),
    stride: dim(2),
    padding: fc.constant(padding),
    seed,
  });

type Settings = ReturnType<typeof settings> extends fc.Arbitrary<infer S> ? S : never;

function geometryOf({ height, width, size, stride, padding }: Settings): Geometry {
  return {
    height,
    width,
    size,
    stride,
    rows: windows(height, size, stride, padding),
    columns: windows(width, size, stride, padding),
  };
}

const image = ({ seed: from, batch, height, width, channels }: Settings): NdArray =>
  normal(from, 'image', [batch, height, width, channels]);

function conv2d(drawn: Settings) {
  const geometry = geometryOf(drawn);
  const { size, stride, padding, channels, filters, batch } = drawn;
  return {
    inputs: [image(drawn), normal(drawn.seed, 'filter', [size, size, channels, filters])],
    run: (x?: tf.Tensor, w?: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, padding),
    reference: (x?: NdArray, w?: NdArray) =>
      build([batch, geometry.rows.out, geometry.columns.out, filters], ([n, y, column, f]) => {
        let total = 0;
        visitWindow([y!, column!], geometry, (fromY, fromX, dy, dx) => {
          for (let c = 0; c < channels; c++) total += at(x!, [n!, fromY, fromX, c]) * at(w!, [dy, dx, c, f!]);
        });
        return total;
      }),
  };
}

/** With a bias and an activation, as layers call it: one fused kernel where there is one. */
function convolutionLayer(drawn: Settings) {
  const { stride: strides, padding: pad, filters } = drawn;
  const plain = conv2d(drawn);
  return {
    inputs: [...plain.inputs, normal(drawn.seed, 'bias', [filters])],
    run: (x?: tf.Tensor, filter?: tf.Tensor, bias?: tf.Tensor) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides,
        pad,
        bias: bias!,
        activation: 'relu',
      }),
    reference: (x?: NdArray, w?: NdArray, bias?: NdArray) => {
      const { shape, data } = plain.reference(x, w);
      return { shape, data: data.map((value, i) => Math.max(0, value + bias!.data[i % filters]!)) };
    },
  };
}

function depthwise(drawn: Settings) {
  const geometry = geometryOf(drawn);
  const { size, stride, padding, channels, filters, batch } = drawn;
  return {
    inputs: [image(drawn), normal(drawn.seed, 'filter', [size, size, channels, filters])],
    run: (x?: tf.Tensor, w?: tf.Tensor) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, padding),
    reference: (x?: NdArray, w?: NdArray) =>
      build([batch, geometry.rows.out, geometry.columns.out, channels * filters], ([n, y, column, out]) => {
        const [c, f] = [Math.floor(out! / filters), out! % filters];
        let total = 0;
        visitWindow([y!, column!], geometry, (fromY, fromX, dy, dx) => {
          total += at(x!, [n!, fromY, fromX, c]) * at(w!, [dy, dx, c, f]);
        });
        return total;
      }),
  };
}

function pool(
  drawn: Settings,
  run: (x: tf.Tensor4D) => tf.Tensor,
  value: (values: readonly number[]) => number,
  shift = 0,
) {
  const geometry = geometryOf(drawn);
  return {
    inputs: [mapped(image(drawn), (x) => x + shift)],
    run: (x?: tf.Tensor) => run(x as tf.Tensor4D),
    reference: (x?: NdArray) =>
      build([drawn.batch, geometry.rows.out, geometry.columns.out, drawn.channels], ([n, y, column, c]) => {
        const values: number[] = [];
        visitWindow([y!, column!], geometry, (fromY, fromX) => values.push(at(x!, [n!, fromY, fromX, c!])));
        return value(values);
      }),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** As a gradient of a convolution forwards; and with gaps between the filter's cells, which has no gradient of its own. */
export const rareConvolutions: readonly Operation[] = [
  ...(['valid', 'same'] as const).map((padding) =>
    operation(`conv2dTranspose ${padding}`, settings(padding), (drawn) => {
      const geometry = geometryOf(drawn);
      const { size, stride, batch, height, width, channels, filters } = drawn;
      const [rows, columns] = [geometry.rows.out, geometry.columns.out];
      return {
        inputs: [
          normal(drawn.seed, 'image', [batch, rows, columns, filters]),
          normal(drawn.seed, 'filter', [size, size, channels, filters]),
        ],
        run: (x, w) =>
          tf.conv2dTranspose(
            x as tf.Tensor4D,
            w as tf.Tensor4D,
            [batch, height, width, channels],
            stride,
            padding,
          ),
        reference: (x, w) => {
          const out = build([batch, height, width, channels], () => 0);
          for (let n = 0; n < batch; n++)
            for (let y = 0; y < rows; y++)
              for (let column = 0; column < columns; column++)
                visitWindow([y, column], geometry, (toY, toX, dy, dx) => {
                  for (let c = 0; c < channels; c++)
                    for (let f = 0; f < filters; f++)
                      out.data[((n * height + toY) * width + toX) * channels + c]! +=
                        at(x!, [n, y, column, f]) * at(w!, [dy, dx, c, f]);
                });
          return out;
        },
      };
    }),
  ),
  operation(
    'conv2d, dilated',
    settings('valid'),
    ({ batch, height, width, channels, filters, seed: from }) => ({
      inputs: [
        normal(from, 'image', [batch, height, width, channels]),
        normal(from, 'filter', [2, 2, channels, filters]),
      ],
      run: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid', 'NHWC', 2),
      reference: (x, w) =>
        build([batch, height - 2, width - 2, filters], ([n, y, column, f]) => {
          let total = 0;
          for (const [dy, dx] of [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ] as const)
            // prettier-ignore
            for (let c = 0; c < channels; c++)
            total += at(x!, [n!, y! + 2 * dy, column! + 2 * dx, c]) * at(w!, [dy, dx, c, f!]);
          return total;
        }),
    }),
  ),
];

/** Convolutions and poolings over images `[N, H, W, C]`. */
export const windowed: readonly Operation[] = (['valid', 'same'] as const).flatMap((padding) => [
  operation(`conv2d ${padding}`, settings(padding), conv2d),
  operation(`a convolution layer, ${padding}`, settings(padding), convolutionLayer),
  operation(`depthwiseConv2d ${padding}`, settings(padding), depthwise),
  operation(`maxPool ${padding}`, settings(padding), (drawn) =>
    pool(
      drawn,
      (x) => tf.maxPool(x, drawn.size, drawn.stride, padding),
      (values) => Math.max(...values),
    ),
  ),
  operation(`maxPool ${padding} of negative numbers`, settings(padding), (drawn) =>
    pool(
      drawn,
      (x) => tf.maxPool(x, drawn.size, drawn.stride, padding),
      (values) => Math.max(...values),
      -10,
    ),
  ),
  operation(`avgPool ${padding}`, settings(padding), (drawn) =>
    pool(drawn, (x) => tf.avgPool(x, drawn.size, drawn.stride, padding), mean),
  ),
]);
