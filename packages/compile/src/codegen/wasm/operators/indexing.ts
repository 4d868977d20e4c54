import { elementCount } from '../../../graph/element-type.js';
import type { Value } from '../../../graph/graph.js';
import { FusedLoop } from '../kernels/fused-loop.js';
import { Gather, Scatter } from '../kernels/lookup.js';
import { output, type Operator } from './operator.js';

const gather: Operator = (node, planner) => {
  const [x, indices] = node.inputs as [Value, Value];
  const axis = node.attributes['axis'] as number;
  const [from, at] = [planner.rowMajorView(x), planner.rowMajorView(indices)];
  const extents = [
    elementCount(x.shape.slice(0, axis)),
    x.shape[axis]!,
    elementCount(x.shape.slice(axis + 1)),
  ] as const;
  planner.add(new Gather(from, at, planner.result(output(node)), extents, elementCount(indices.shape)));
};

const scatter: Operator = (node, planner) => {
  const [target, indices, updates] = node.inputs as [Value, Value, Value];
  const [first, at, from] = [planner.view(target), planner.view(indices), planner.rowMajorView(updates)];
  const to = planner.result(output(node));
  planner.add(FusedLoop.copy(first, to, target.dtype));
  planner.add(new Scatter(at, from, to, node.attributes['reduction'] === 'add', target.dtype === 'float32'));
};

/** Operators that look up and write by index. */
export const indexingOperators: Readonly<Record<string, Operator>> = {
  Gather: gather,
  ScatterElements: scatter,
};
