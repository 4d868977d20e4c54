import type * as tfl from '@tensorflow/tfjs-layers';

/** What one place of an output sees of its input along an axis: places `stride * o + first` to `stride * o + last`. */
export interface Window {
  readonly stride: number;
  readonly first: number;
  readonly last: number;
}

/** What a layer does to places: a window for each axis, all of them to each, or nobody can say. */
export type LayerWindows = readonly Window[] | 'each place' | 'everything' | 'unknown';

const EACH_PLACE =
  /^(Espalier)?(Activation|.*ReLU|RandomRelu|ELU|Softmax|BatchNormalization|LayerNormalization|RmsNormalization|UnitNormalization|.*Dropout|.*Dropout[123]D|GaussianNoise|Add|Multiply|Average|Maximum|Minimum|Concatenate)$/;
const WINDOWED = /^(Conv[123]D|DepthwiseConv2D|SeparableConv2D|(Max|Average)Pooling[123]D)$/;

/**
 * What a layer's output places see of its input.
 *
 * @param shape Of the input, `[null, ..., channels]`.
 */
export function windowsOf(layer: tfl.layers.Layer, shape: readonly (number | null)[]): LayerWindows {
  const kind = layer.getClassName();
  const config = layer.getConfig() as Readonly<Record<string, unknown>>;
  const lengths = shape.slice(1, -1);
  if (config['dataFormat'] === 'channelsFirst') return 'unknown';
  if (EACH_PLACE.test(kind)) return 'each place';
  if (kind === 'Dense') return shape.length > 2 ? 'each place' : 'everything';
  if (kind === 'Flatten' || /^Global/.test(kind)) return 'everything';
  if (kind === 'ZeroPadding2D' || kind === 'Cropping2D') {
    const sides = config[kind === 'Cropping2D' ? 'cropping' : 'padding'] as number[][] | number;
    const sign = kind === 'Cropping2D' ? 1 : -1;
    return lengths.map((_, axis) => {
      const before = sign * (typeof sides === 'number' ? sides : [sides[axis]].flat()[0]!);
      return { stride: 1, first: before, last: before };
    });
  }
  if (!WINDOWED.test(kind)) return 'unknown';
  const perAxis = (value: unknown, fallback: number): number[] =>
    lengths.map((_, axis) =>
      Array.isArray(value) ? (value[axis] as number) : ((value as number) ?? fallback),
    );
  const sizes = perAxis(config['kernelSize'] ?? config['poolSize'], 1);
  const strides = perAxis(config['strides'], 1);
  const dilations = perAxis(config['dilationRate'], 1);
  return lengths.map((length, axis) => {
    const [stride, width] = [strides[axis]!, dilations[axis]! * (sizes[axis]! - 1) + 1];
    const before = paddingBefore(String(config['padding'] ?? 'valid'), length, width, stride);
    return { stride, first: -before, last: width - 1 - before };
  });
}

/** As TensorFlow pads: `same` puts the odd place behind. */
function paddingBefore(padding: string, length: number | null, width: number, stride: number): number {
  if (padding === 'causal') return width - 1;
  if (padding !== 'same') return 0;
  const total = length === null ? width - stride : (Math.ceil(length / stride) - 1) * stride + width - length;
  return Math.floor(Math.max(0, total) / 2);
}
