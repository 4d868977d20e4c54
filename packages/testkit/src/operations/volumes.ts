import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { at, build, type NdArray, normal, positions } from './nd-array.js';
import { dim, type Operation, operation, seed } from './operation.js';
import { windows } from './windows.js';

const drawn = fc.record({
  batch: dim(2),
  sizes: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 2, max: 3 }))),
  window: fc.tuple(...[0, 1, 2].map(() => dim(2))),
  stride: dim(2),
  channels: dim(2),
  filters: dim(2),
  seed,
});

type Settings = typeof drawn extends fc.Arbitrary<infer S> ? S : never;
/** TensorFlow.js pads by negative numbers where a window is smaller than the stride. */
const small = drawn.map((settings) => ({
  ...settings,
  stride: Math.min(settings.stride, ...settings.window),
}));

type Three = [number, number, number];

/** What a window sees: its own coordinates and those in the volume. */
function seen(
  { sizes, window, stride }: Pick<Settings, 'sizes' | 'window' | 'stride'>,
  padding: 'same' | 'valid',
  place: readonly number[],
): { readonly own: number[]; readonly volume: number[] }[] {
  return positions(window)
    .map((own) => ({
      own,
      volume: own.map(
        (offset, axis) =>
          place[axis]! * stride - windows(sizes[axis]!, window[axis]!, stride, padding).before + offset,
      ),
    }))
    .filter(({ volume }) => volume.every((index, axis) => index >= 0 && index < sizes[axis]!));
}

const outShape = ({ sizes, window, stride }: Settings, padding: 'same' | 'valid'): number[] =>
  sizes.map((size, axis) => windows(size, window[axis]!, stride, padding).out);

const volumeOf = ({ seed: from, batch, sizes, channels }: Settings): NdArray =>
  normal(from, 'volume', [batch, ...sizes, channels]);

function pooling(
  padding: 'same' | 'valid',
  run: (x: tf.Tensor5D, window: Three, stride: number) => tf.Tensor,
  value: (values: readonly number[]) => number,
) {
  return (drawn: Settings) => ({
    inputs: [volumeOf(drawn)],
    run: (x?: tf.Tensor) => run(x as tf.Tensor5D, drawn.window as Three, drawn.stride),
    reference: (x?: NdArray) =>
      build([drawn.batch, ...outShape(drawn, padding), drawn.channels], ([n, ...rest]) =>
        value(seen(drawn, padding, rest.slice(0, 3)).map(({ volume }) => at(x!, [n!, ...volume, rest[3]!]))),
      ),
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

const convolution = (padding: 'same' | 'valid') => (drawn: Settings) => ({
  inputs: [volumeOf(drawn), normal(drawn.seed, 'filter', [...drawn.window, drawn.channels, drawn.filters])],
  run: (x?: tf.Tensor, w?: tf.Tensor) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, drawn.stride, padding),
  reference: (x?: NdArray, w?: NdArray) =>
    build([drawn.batch, ...outShape(drawn, padding), drawn.filters], ([n, ...rest]) => {
      let total = 0;
      for (const { own, volume } of seen(drawn, padding, rest.slice(0, 3)))
        for (let c = 0; c < drawn.channels; c++)
          total += at(x!, [n!, ...volume, c]) * at(w!, [...own, c, rest[3]!]);
      return total;
    }),
});

/** Convolutions and poolings over volumes `[N, D, H, W, C]`. */
export const volumes: readonly Operation[] = [
  ...(['valid', 'same'] as const).flatMap((padding) => [
    operation(`conv3d ${padding}`, small, convolution(padding)),
    operation(
      `maxPool3d ${padding}`,
      small,
      pooling(
        padding,
        (x, window, stride) => tf.maxPool3d(x, window, stride, padding),
        (values) => Math.max(...values),
      ),
    ),
    operation(
      `avgPool3d ${padding}`,
      small,
      pooling(padding, (x, window, stride) => tf.avgPool3d(x, window, stride, padding), mean),
    ),
  ]),
  operation(
    'conv3d same, strides beyond the window',
    drawn.map((settings) => ({ ...settings, window: [1, 1, 1], stride: 2 })) as typeof drawn,
    convolution('same'),
  ),
];
