import type { Node, Value } from '../../../graph/graph.js';
import { pad } from '../../../operations/array.js';
import type { OnnxBuilder } from '../../onnx/onnx-builder.js';
import type { Form } from './form.js';

interface Window {
  readonly row: number;
  readonly column: number;
  /** What each window sees at this place, `[N, C, outH, outW]`. */
  readonly cells: Value;
}

/** The places of a pooling window, in row-major order, the input padded with `fill`. */
export function windowsOf(onnx: OnnxBuilder, node: Node, fill: number): Window[] {
  const x = node.inputs[0]!;
  const { shape } = node.outputs[0]!;
  const list = (name: string): number[] => node.attributes[name] as number[];
  const [top, left, bottom, right] = list('pads') as [number, number, number, number];
  const [rows, columns] = list('kernel_shape') as [number, number];
  const [down, across] = list('strides') as [number, number];
  const rowPads: [number, number] = [top, bottom];
  const padded = pad(onnx, x, [[0, 0], [0, 0], rowPads, [left, right]], fill);
  const windows: Window[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cells = onnx.slice(padded, [0, 0, row, column], shape, [1, 1, down, across]);
      windows.push({ row, column, cells });
    }
  return windows;
}

/** Numbers that grow by `step` along one axis of `[N, C, H, W]`. */
function along(onnx: OnnxBuilder, axis: number, extent: number, step: number): Value {
  const shape = [1, 1, 1, 1].map((one, i) => (i === axis ? extent : one));
  return onnx.graph.numbers(
    Array.from({ length: extent }, (_, i) => i * step),
    'int64',
    shape,
  );
}

/** The maximum over a window, and where it lies in the whole input: the first among equals. */
export const maxPool: Form = (node, onnx) => {
  const windows = windowsOf(onnx, node, -Infinity);
  if (node.outputs.length === 1) {
    const [first, ...rest] = windows.map(({ cells }) => cells) as [Value, ...Value[]];
    return [rest.reduce((best, cells) => onnx.binary('Max', best, cells), first)];
  }
  const [, channels, height, width] = node.inputs[0]!.shape as [number, number, number, number];
  const [batch, , outHeight, outWidth] = node.outputs[0]!.shape as [number, number, number, number];
  const [top, left] = node.attributes['pads'] as [number, number];
  const [down, across] = node.attributes['strides'] as [number, number];
  const corners = [
    along(onnx, 0, batch, channels * height * width),
    along(onnx, 1, channels, height * width),
    along(onnx, 2, outHeight, down * width),
    along(onnx, 3, outWidth, across),
  ].reduce((sum, part) => onnx.binary('Add', sum, part));
  let [best, where] = [windows[0]!.cells, undefined as Value | undefined];
  for (const { row, column, cells } of windows) {
    const offset = onnx.number((row - top) * width + column - left, 'int64');
    const here = onnx.binary('Add', corners, offset);
    const better = where && onnx.test('Greater', cells, best);
    where = better && where ? onnx.where(better, here, where) : here;
    best = better ? onnx.binary('Max', best, cells) : cells;
  }
  return [best, where!];
};

/** The mean over those cells of a window that are no padding. */
export const averagePool: Form = (node, onnx) => {
  const windows = windowsOf(onnx, node, 0).map(({ cells }) => cells);
  const sum = windows.reduce((total, cells) => onnx.binary('Add', total, cells));
  const [, , height, width] = node.inputs[0]!.shape as [number, number, number, number];
  const [, , outHeight, outWidth] = sum.shape as [number, number, number, number];
  const list = (name: string): number[] => node.attributes[name] as number[];
  const inside = (at: number, axis: 0 | 1, extent: number): number => {
    const first = at * list('strides')[axis]! - list('pads')[axis]!;
    return Math.min(extent, first + list('kernel_shape')[axis]!) - Math.max(0, first);
  };
  const counts: number[] = [];
  for (let i = 0; i < outHeight; i++)
    for (let j = 0; j < outWidth; j++) counts.push(inside(i, 0, height) * inside(j, 1, width));
  const same = counts.every((count) => count === counts[0]);
  const divisor = same
    ? onnx.number(counts[0] ?? 1)
    : onnx.graph.numbers(counts, 'float32', [1, 1, outHeight, outWidth]);
  return [onnx.binary('Div', sum, divisor)];
};
