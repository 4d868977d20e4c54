import { elementCount } from '../../../graph/element-type.js';
import type { Node, Value } from '../../../graph/graph.js';
import { normalizeAxes } from '../../../graph/shapes.js';
import { Extreme, RunningSum, type AlongAxis } from '../kernels/along-axis.js';
import { Reduction } from '../kernels/reduction.js';
import { TopK } from '../kernels/top-k.js';
import type { Access, Combine } from '../loop.js';
import type { Planner } from '../planner.js';
import { VectorBuilder } from '../vector.js';
import { lanesOf, reshaped, transposed, type View } from '../view.js';
import { numbersOf, output, type Operator } from './operator.js';

const combines: Readonly<Record<string, Combine>> = {
  ReduceMax: 'max',
  ReduceMean: 'sum',
  ReduceMin: 'min',
  ReduceProd: 'product',
  ReduceSum: 'sum',
};

const reduce: Operator = (node, planner) => {
  const [x, axesOperand] = node.inputs as [Value, Value?];
  const axes = normalizeAxes(axesOperand ? numbersOf(node, 1) : undefined, x.shape.length);
  const vectors = new VectorBuilder();
  const reads: Access[] = [];
  const value = planner.inline(x, x.shape, vectors, reads);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const extents = order.map((axis) => x.shape[axis]!);
  const result = planner.result(output(node));
  const plain = reshaped(result, extents.slice(0, kept.length))!;
  const count = elementCount(axes.map((axis) => x.shape[axis]!));
  planner.add(
    new Reduction({
      extents,
      kept: kept.length,
      reads: reads.map((access) => ({ ...access, strides: order.map((axis) => access.strides[axis]!) })),
      vectors,
      value,
      combine: combines[node.op]!,
      ...(node.op === 'ReduceMean' ? { scale: 1 / count } : {}),
      store: {
        region: result.region,
        offset: 0,
        strides: [...plain.strides, ...axes.map(() => 0)],
        lanes: lanesOf(output(node).dtype),
      },
    }),
  );
};

/** The other axes first, then the one that is walked along. */
function alongAxis(node: Node, planner: Planner, axis: number, keeps: boolean): AlongAxis {
  const [x] = node.inputs as [Value];
  const from = planner.view(x);
  const result = planner.result(output(node));
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const perm = [...others, axis];
  const to = keeps
    ? transposed(result, perm).strides
    : [
        ...reshaped(
          result,
          others.map((i) => x.shape[i]!),
        )!.strides,
        0,
      ];
  const access = (view: View, strides: readonly number[], dtype: Value['dtype']): Access => ({
    region: view.region,
    offset: view.offset,
    strides,
    lanes: lanesOf(dtype),
  });
  return {
    extents: perm.map((i) => x.shape[i]!),
    read: access(
      from,
      perm.map((i) => from.strides[i]!),
      x.dtype,
    ),
    writes: [access(result, to, output(node).dtype)],
  };
}

const runningSum: Operator = (node, planner) => {
  const axis = numbersOf(node, 1)[0]!;
  const loop = alongAxis(node, planner, axis, true);
  const backwards = (access: Access): Access => {
    const stride = access.strides.at(-1)!;
    const last = loop.extents.at(-1)! - 1;
    return {
      ...access,
      offset: access.offset + last * stride,
      strides: [...access.strides.slice(0, -1), -stride],
    };
  };
  const turned =
    node.attributes['reverse'] === 1
      ? { ...loop, read: backwards(loop.read), writes: loop.writes.map(backwards) }
      : loop;
  planner.add(new RunningSum(turned, node.attributes['exclusive'] === 1));
};

const extreme: Operator = (node, planner) => {
  const axis = node.attributes['axis'] as number;
  planner.add(new Extreme(alongAxis(node, planner, axis, false), node.op === 'ArgMax'));
};

const topK: Operator = (node, planner) => {
  const [x] = node.inputs as [Value];
  const [k] = numbersOf(node, 1) as [number];
  const from = planner.view(x);
  const accesses = node.outputs.flatMap((value) => {
    const { region, strides } = planner.result(value);
    const lanes = lanesOf(value.dtype);
    const outer = [...strides.slice(0, -1), 0];
    return Array.from({ length: k }, (_, offset): Access => ({ region, offset, strides: outer, lanes }));
  });
  const read = { ...from, lanes: lanesOf(x.dtype) };
  planner.add(new TopK({ extents: x.shape, read, writes: accesses }, k));
};

/** Operators that put elements along axes together. */
export const reductionOperators: Readonly<Record<string, Operator>> = {
  ArgMax: extreme,
  ArgMin: extreme,
  CumSum: runningSum,
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceMin: reduce,
  ReduceProd: reduce,
  ReduceSum: reduce,
  TopK: topK,
};
