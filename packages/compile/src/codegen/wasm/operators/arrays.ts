import type { Node, Value } from '../../../graph/graph.js';
import { sameShape } from '../../../graph/shapes.js';
import { FusedLoop } from '../kernels/fused-loop.js';
import { squeezed } from '../access.js';
import type { Planner } from '../planner.js';
import { broadcast, reshaped, sliced, transposed, type View } from '../view.js';
import { numbersOf, output, type Operator } from './operator.js';

/** A result that is another look at its operand. */
const asView =
  (look: (view: View, node: Node) => View): Operator =>
  (node, planner) =>
    planner.setView(output(node), look(planner.view(node.inputs[0]!), node));

const reshape: Operator = (node, planner) => {
  const [x] = node.inputs as [Value];
  const { shape } = output(node);
  if (!x.constant && sameShape(squeezed(x.shape), squeezed(shape))) return planner.alias(output(node), x);
  const view = planner.view(x);
  planner.setView(output(node), reshaped(view, shape) ?? reshaped(planner.copied(view, x.dtype), shape)!);
};

const slice: Operator = (node, planner) => {
  const [x] = node.inputs as [Value];
  const [starts, , axes, steps] = [1, 2, 3, 4].map((i) => numbersOf(node, i)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const at = x.shape.map(() => 0);
  const by = x.shape.map(() => 1);
  axes.forEach((axis, i) => {
    at[axis] = starts[i]! < 0 ? starts[i]! + x.shape[axis]! : starts[i]!;
    by[axis] = steps[i]!;
  });
  planner.setView(output(node), sliced(planner.view(x), at, output(node).shape, by));
};

const split: Operator = (node, planner) => {
  const view = planner.view(node.inputs[0]!);
  const axis = node.attributes['axis'] as number;
  let start = 0;
  for (const part of node.outputs) {
    const starts = part.shape.map((_, i) => (i === axis ? start : 0));
    planner.setView(
      part,
      sliced(
        view,
        starts,
        part.shape,
        part.shape.map(() => 1),
      ),
    );
    start += part.shape[axis]!;
  }
};

const concat: Operator = (node, planner) => {
  const sources = (node.inputs as readonly Value[]).map((part) => planner.view(part));
  const whole = planner.result(output(node));
  const axis = node.attributes['axis'] as number;
  let start = 0;
  for (const source of sources) {
    const starts = whole.shape.map((_, i) => (i === axis ? start : 0));
    const to = sliced(
      whole,
      starts,
      source.shape,
      whole.shape.map(() => 1),
    );
    planner.add(FusedLoop.copy(source, to, output(node).dtype));
    start += source.shape[axis]!;
  }
};

const pad: Operator = (node, planner) => {
  const [x, , fill] = node.inputs as [Value, Value, Value?];
  const source = planner.view(x);
  const pads = numbersOf(node, 1);
  const whole = planner.result(output(node));
  const zero: Value = { shape: [], dtype: x.dtype, constant: { data: new Float32Array(1) } };
  planner.add(FusedLoop.fill(whole, fill ?? zero));
  const to = sliced(
    whole,
    pads.slice(0, x.shape.length),
    x.shape,
    x.shape.map(() => 1),
  );
  planner.add(FusedLoop.copy(source, to, x.dtype));
};

/** Each axis as two: how often it is repeated, and itself; `inside` where neighbours repeat one number. */
function repeated(node: Node, planner: Planner, times: readonly number[], inside: boolean): void {
  const [x] = node.inputs as [Value];
  const from = planner.view(x);
  const to = planner.result(output(node));
  const pairs = <T>(own: (axis: number) => T, repeat: (axis: number) => T): T[] =>
    x.shape.flatMap((_, axis) => (inside ? [own(axis), repeat(axis)] : [repeat(axis), own(axis)]));
  const shape = pairs(
    (axis) => x.shape[axis]!,
    (axis) => times[axis]!,
  );
  const strides = pairs(
    (axis) => from.strides[axis]!,
    () => 0,
  );
  planner.add(FusedLoop.copy({ ...from, shape, strides }, reshaped(to, shape)!, x.dtype));
}

const resize: Operator = (node, planner) => {
  if (node.attributes['mode'] !== 'nearest') throw new Error('it resizes by something else than repeating');
  repeated(node, planner, numbersOf(node, 2), true);
};

/** Operators that look at their operand in another way, or copy it to another place. */
export const arrayOperators: Readonly<Record<string, Operator>> = {
  Concat: concat,
  Expand: asView((view, node) => broadcast(view, output(node).shape)),
  Pad: pad,
  Reshape: reshape,
  Resize: resize,
  Slice: slice,
  Split: split,
  Tile: (node, planner) => repeated(node, planner, numbersOf(node, 1), false),
  Transpose: asView((view, node) => transposed(view, node.attributes['perm'] as number[])),
};
