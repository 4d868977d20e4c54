import type { Node, Value } from '../../../graph/graph.js';
import { pad } from '../../../operations/array.js';
import type { OnnxBuilder } from '../../onnx/onnx-builder.js';
import type { Form } from './form.js';

const list = ({ attributes }: Node, name: string, otherwise: readonly number[]): readonly number[] =>
  (attributes[name] as readonly number[] | undefined) ?? otherwise;

/** The largest filter of one channel that is applied place by place. */
const mostPlaces = 49;

/**
 * A convolution of each channel by itself: a sum over the places of the filter, element by element. The loop reads shifted views
 * of the padded image.
 */
export const groupedConvolution: Form = (node, onnx) => {
  const [x, filter] = node.inputs as [Value, Value];
  const group = (node.attributes['group'] as number | undefined) ?? 1;
  const [outChannels, perGroup, height, width] = filter.shape as [number, number, number, number];
  if (group === 1 || perGroup !== 1 || height * width > mostPlaces) return undefined;
  const multiplier = outChannels / group;
  const [, , outHeight, outWidth] = node.outputs[0]!.shape as [number, number, number, number];
  const [batch] = x.shape as [number];
  const [top, left, bottom, right] = list(node, 'pads', [0, 0, 0, 0]) as [number, number, number, number];
  const [down, across] = list(node, 'strides', [1, 1]) as [number, number];
  const [deep, wide] = list(node, 'dilations', [1, 1]) as [number, number];
  const rowPads: [number, number] = [top, bottom];
  const padded = pad(onnx, x, [[0, 0], [0, 0], rowPads, [left, right]], 0);
  // [N, G, 1, H, W] times [G, M, 1, 1].
  let sum: Value | undefined;
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const seen = onnx.slice(
        padded,
        [0, 0, i * deep, j * wide],
        [batch, group, outHeight, outWidth],
        [1, 1, down, across],
      );
      const weights = onnx.slice(filter, [0, 0, i, j], [outChannels, 1, 1, 1]);
      const term = onnx.binary(
        'Mul',
        onnx.reshape(seen, [batch, group, 1, outHeight, outWidth]),
        onnx.reshape(weights, [group, multiplier, 1, 1]),
      );
      sum = sum ? onnx.binary('Add', sum, term) : term;
    }
  return [onnx.reshape(sum!, node.outputs[0]!.shape)];
};

/** A convolution and the addition of its bias, which goes into the loop that follows. */
export const separateBias: Form = (node, onnx) => {
  const [x, filter, bias] = node.inputs as [Value, Value, Value?];
  if (!bias) return undefined;
  const plain = onnx.op('Conv', [x, filter], node.outputs[0]!, node.attributes);
  return [onnx.binary('Add', plain, onnx.reshape(bias, [bias.shape[0]!, 1, 1]))];
};

/** The padding by itself: what is left reads whole windows only. */
export const padded: Form = (node, onnx) => {
  const [top, left, bottom, right] = list(node, 'pads', [0, 0, 0, 0]) as [number, number, number, number];
  if (top + left + bottom + right === 0) return undefined;
  const rows: [number, number] = [top, bottom];
  const x = pad(onnx, node.inputs[0]!, [[0, 0], [0, 0], rows, [left, right]], 0);
  const attributes = { ...node.attributes, pads: [0, 0, 0, 0] };
  return [onnx.op('Conv', [x, ...node.inputs.slice(1)] as Value[], node.outputs[0]!, attributes)];
};

/** Puts `step - 1` zeros between the cells of the last two axes. */
function spread(onnx: OnnxBuilder, x: Value, down: number, across: number): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  if (down === 1 && across === 1) return x;
  const cells = onnx.reshape(x, [batch * channels, height, 1, width, 1]);
  const rows: [number, number] = [0, down - 1];
  const columns: [number, number] = [0, across - 1];
  const wide = pad(onnx, cells, [[0, 0], [0, 0], rows, [0, 0], columns], 0);
  const whole = onnx.reshape(wide, [batch, channels, height * down, width * across]);
  return onnx.slice(
    whole,
    [0, 0, 0, 0],
    [batch, channels, (height - 1) * down + 1, (width - 1) * across + 1],
  );
}

/**
 * A transposed convolution as a plain one: of the gradient with zeros put between its cells, with the filter turned round.
 */
export const transposedConvolution: Form = (node, onnx) => {
  const [dy, filter] = node.inputs as [Value, Value];
  const group = (node.attributes['group'] as number | undefined) ?? 1;
  const [inChannels, perGroup, height, width] = filter.shape as [number, number, number, number];
  const { shape } = node.outputs[0]!;
  const [, outChannels, outHeight, outWidth] = shape as [number, number, number, number];
  const [top, left] = list(node, 'pads', [0, 0, 0, 0]) as [number, number];
  const strides = list(node, 'strides', [1, 1]) as [number, number];
  const dilations = list(node, 'dilations', [1, 1]) as [number, number];
  const reversed = onnx.slice(
    filter,
    [0, 0, height - 1, width - 1],
    [inChannels, perGroup, height, width],
    [1, 1, -1, -1],
  );
  // [G, in, out, ...] to [G, out, in, ...].
  const inside = inChannels / group;
  const grouped = onnx.transpose(
    onnx.reshape(reversed, [group, inside, perGroup, height, width]),
    [0, 2, 1, 3, 4],
  );
  const turned = onnx.reshape(grouped, [outChannels, inside, height, width]);
  const image = spread(onnx, dy, ...strides);
  const reach = [(height - 1) * dilations[0], (width - 1) * dilations[1]] as const;
  const before = [reach[0] - top, reach[1] - left] as const;
  const after = [
    outHeight + reach[0] - before[0] - image.shape[2]!,
    outWidth + reach[1] - before[1] - image.shape[3]!,
  ] as const;
  // Where the padding was larger than the filter reaches, the edges are cut off.
  const cut = (amount: number): number => Math.max(0, -amount);
  const [batch, channels] = image.shape as [number, number];
  const trimmed = onnx.slice(
    image,
    [0, 0, cut(before[0]), cut(before[1])],
    [
      batch,
      channels,
      image.shape[2]! - cut(before[0]) - cut(after[0]),
      image.shape[3]! - cut(before[1]) - cut(after[1]),
    ],
  );
  const grow = (amount: number): number => Math.max(0, amount);
  const y = onnx.op(
    'Conv',
    [trimmed, turned],
    { shape, dtype: 'float32' },
    {
      group,
      strides: [1, 1],
      dilations,
      kernel_shape: [height, width],
      pads: [grow(before[0]), grow(before[1]), grow(after[0]), grow(after[1])],
    },
  );
  return [y];
};
