import { EspalierError } from '@espalier/core';
import { elementCount } from '../../graph/element-type.js';
import type { Node, Value } from '../../graph/graph.js';
import { normalizeAxes, sameShape } from '../../graph/shapes.js';
import { elementwiseOf } from './elementwise.js';
import { Extreme, RunningSum } from './kernels/along-axis.js';
import { Convolution, patchElements } from './kernels/convolution.js';
import { FusedLoop } from './kernels/fused-loop.js';
import { Gather, Scatter } from './kernels/lookup.js';
import { matrixOf, Product, productScratch } from './kernels/product.js';
import { Reduction } from './kernels/reduction.js';
import { TopK } from './kernels/top-k.js';
import type { Access, Combine } from './loop.js';
import { squeezed, type Planner } from './planner.js';
import { VectorBuilder } from './vector.js';
import { broadcast, lanesOf, reshaped, sliced, transposed, type View } from './view.js';

/** How an operator becomes kernels, or a view of what is there. */
type Operator = (node: Node, planner: Planner) => void;

const output = (node: Node): Value => node.outputs[0]!;

/** The numbers of a constant operand. */
function numbersOf(node: Node, operand: number): number[] {
  const value = node.inputs[operand];
  if (!value?.constant) throw new Error(`operand ${operand} is not known when it is compiled`);
  const { data } = value.constant;
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  return data.length === 1 ? new Array<number>(elementCount(value.shape)).fill(numbers[0]!) : numbers;
}

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
function alongAxis(node: Node, planner: Planner, axis: number, keeps: boolean) {
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

/** A view whose last two axes a product can read, copied where it cannot. */
function factor(planner: Planner, view: View): View {
  return matrixOf(view) ? view : planner.copied(view, 'float32');
}

/** Below this many rows or columns a product is a reduction. */
const fewest = 2;

function multiply(planner: Planner, left: View, right: View, to: View): void {
  const [rows, inner] = left.shape.slice(-2) as [number, number];
  const columns = right.shape.at(-1)!;
  const batch = to.shape.slice(0, -2);
  if (rows < fewest || columns < fewest) {
    const vectors = new VectorBuilder();
    const extents = [...batch, rows, columns, inner];
    const lanes = 'f32' as const;
    const a = {
      ...left,
      strides: [...left.strides.slice(0, -2), left.strides.at(-2)!, 0, left.strides.at(-1)!],
      lanes,
    };
    const b = {
      ...right,
      strides: [...right.strides.slice(0, -2), 0, right.strides.at(-1)!, right.strides.at(-2)!],
      lanes,
    };
    planner.add(
      new Reduction({
        extents,
        kept: extents.length - 1,
        reads: [a, b],
        vectors,
        value: vectors.mul(vectors.read(lanes, 0), vectors.read(lanes, 1)),
        combine: 'sum',
        store: { region: to.region, offset: to.offset, strides: [...to.strides, 0], lanes },
      }),
    );
    return;
  }
  planner.add(
    new Product(factor(planner, left), factor(planner, right), to, planner.scratch(productScratch)),
  );
}

const gemm: Operator = (node, planner) => {
  const [a, b] = (node.inputs as [Value, Value]).map((value) => planner.view(value)) as [View, View];
  const left = node.attributes['transA'] === 1 ? transposed(a, [1, 0]) : a;
  const right = node.attributes['transB'] === 1 ? transposed(b, [1, 0]) : b;
  multiply(planner, left, right, planner.result(output(node)));
};

const matMul: Operator = (node, planner) => {
  const [a, b] = (node.inputs as [Value, Value]).map((value) => planner.view(value)) as [View, View];
  const to = planner.result(output(node));
  const batch = to.shape.slice(0, -2);
  const wide = (view: View): View => broadcast(view, [...batch, ...view.shape.slice(-2)]);
  multiply(planner, wide(a), wide(b), to);
};

/** Any product of two tensors summed over some axes, straight from its letters. */
const einsum: Operator = (node, planner) => {
  const [left, right] = (node.attributes['equation'] as string).split('->') as [string, string];
  const terms = left.split(',');
  const views = (node.inputs as readonly Value[]).map((value) => planner.view(value));
  const extentOf = (letter: string): number => {
    const term = terms.findIndex((name) => name.includes(letter));
    return views[term]!.shape[terms[term]!.indexOf(letter)]!;
  };
  const letters = [...right, ...new Set([...terms.join('')].filter((letter) => !right.includes(letter)))];
  const vectors = new VectorBuilder();
  const reads = views.map((view, i): Access => ({
    region: view.region,
    offset: view.offset,
    lanes: 'f32',
    strides: letters.map((letter) =>
      view.strides.reduce((sum, stride, axis) => (terms[i]![axis] === letter ? sum + stride : sum), 0),
    ),
  }));
  const to = planner.result(output(node));
  const strides = letters.map((letter) => (right.includes(letter) ? to.strides[right.indexOf(letter)]! : 0));
  planner.add(
    new Reduction({
      extents: letters.map(extentOf),
      kept: right.length,
      reads,
      vectors,
      value: reads.map((_, i) => vectors.read('f32', i)).reduce((a, b) => vectors.mul(a, b)),
      combine: 'sum',
      store: { region: to.region, offset: 0, strides, lanes: 'f32' },
    }),
  );
};

const convolution: Operator = (node, planner) => {
  const [x, filter, bias] = node.inputs as [Value, Value, Value?];
  const image = planner.view(x);
  const weights = planner.rowMajorView(filter);
  const to = planner.result(output(node));
  const [, perGroup, height, width] = filter.shape as [number, number, number, number];
  const pair = (name: string): [number, number] =>
    (node.attributes[name] as [number, number] | undefined) ?? [1, 1];
  const shape = {
    group: (node.attributes['group'] as number | undefined) ?? 1,
    strides: pair('strides'),
    dilations: pair('dilations'),
  };
  if (bias) throw new Error('its bias is not split off');
  const elements = patchElements(perGroup * height * width, to.shape.slice(2) as [number, number]);
  const patches = planner.region('', [elements], 'float32');
  planner.add(new Convolution(image, weights, to, shape, patches, planner.scratch(productScratch)));
};

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

const operators: Readonly<Record<string, Operator>> = {
  ArgMax: extreme,
  ArgMin: extreme,
  Concat: concat,
  Conv: convolution,
  CumSum: runningSum,
  Einsum: einsum,
  Expand: asView((view, node) => broadcast(view, output(node).shape)),
  Gather: gather,
  Gemm: gemm,
  MatMul: matMul,
  Pad: pad,
  ReduceMax: reduce,
  ReduceMean: reduce,
  ReduceMin: reduce,
  ReduceProd: reduce,
  ReduceSum: reduce,
  Reshape: reshape,
  Resize: resize,
  ScatterElements: scatter,
  Slice: slice,
  Split: split,
  TopK: topK,
  Tile: (node, planner) => repeated(node, planner, numbersOf(node, 1), false),
  Transpose: asView((view, node) => transposed(view, node.attributes['perm'] as number[])),
};

/**
 * Adds the kernels of a node.
 *
 * @throws EspalierError `unsupported-op` for an operator without a WebAssembly form.
 */
export function addNode(node: Node, planner: Planner): void {
  try {
    if (elementwiseOf(node)) {
      if (!planner.isInlined(output(node))) planner.fuse(node);
      return;
    }
    const operator = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
    if (!operator) throw new Error('there is no WebAssembly form of it');
    operator(node, planner);
  } catch (cause) {
    const at = node.origin === '' ? '' : ` in ${node.origin}`;
    throw new EspalierError({
      code: 'unsupported-op',
      scope: 'compile',
      message: `Operator ${node.op}${at} cannot be compiled to WebAssembly: ${(cause as Error).message}. Use compiled({ target: 'onnx' }) or eager().`,
      cause,
    });
  }
}
