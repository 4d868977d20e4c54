import type { Spec } from '../graph/builder.js';
import type { ElementType } from '../graph/element-type.js';
import { elementCount } from '../graph/element-type.js';
import type { Value } from '../graph/graph.js';
import { normalizeAxes, stridesOf } from '../graph/shapes.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import { byLowering } from './rule.js';
import type { KernelCall, KernelRules } from './rule.js';

const product = elementCount;

/** ONNX counts negative indices from the end; TensorFlow.js has none. One that ONNX Runtime refuses takes their place. */
function withoutNegatives(onnx: OnnxBuilder, indices: Value, extent: number): Value {
  if (indices.constant?.data.every((index) => index >= 0)) return indices;
  const negative = onnx.test('Less', indices, onnx.number(0, indices.dtype));
  return onnx.where(negative, onnx.number(extent, indices.dtype), indices);
}

/** `x[..., indices, ...]`; the first `batchDims` axes of both run together. */
function gather(call: KernelCall, onnx: OnnxBuilder): Value {
  const x = call.input('x');
  const axis = normalizeAxes(call.attribute<number>('axis'), x.shape.length)[0] ?? 0;
  const given = onnx.cast(call.input('indices'), 'int32');
  const indices = call.attribute<boolean | undefined>('checked')
    ? given
    : withoutNegatives(onnx, given, x.shape[axis] as number);
  const batchDims = call.attribute<number | undefined>('batchDims') ?? 0;
  if (batchDims === 0) return onnx.gather(x, indices, axis);
  const batch = x.shape.slice(0, batchDims);
  const outer = x.shape.slice(batchDims, axis);
  const inner = x.shape.slice(axis + 1);
  const extent = x.shape[axis] as number;
  const chosen = indices.shape.slice(batchDims);
  // The gathered axis goes next to the batch; one flat index then names both.
  const parts = [product(batch), product(outer), extent, product(inner)];
  const rows = onnx.reshape(onnx.transpose(onnx.reshape(x, parts), [0, 2, 1, 3]), [
    product(batch) * extent,
    product(outer) * product(inner),
  ]);
  const starts = Array.from({ length: product(batch) }, (_, i) => i * extent);
  const flat = onnx.binary(
    'Add',
    onnx.reshape(indices, [product(batch), product(chosen)]),
    onnx.graph.numbers(starts, 'int32', [product(batch), 1]),
  );
  const taken = onnx.reshape(onnx.gather(rows, flat, 0), [
    product(batch),
    product(chosen),
    product(outer),
    product(inner),
  ]);
  return onnx.reshape(onnx.transpose(taken, [0, 2, 1, 3]), [...batch, ...outer, ...chosen, ...inner]);
}

/** Row numbers of `[..., K]` coordinates into the first K axes of `shape`, as int64. */
function flatRows(onnx: OnnxBuilder, indices: Value, shape: readonly number[]): Value {
  const depth = indices.shape.at(-1) as number;
  const strides = stridesOf(shape.slice(0, depth));
  const weighted = onnx.binary('Mul', onnx.cast(indices, 'int64'), onnx.longs(strides));
  const rows = onnx.reduce('ReduceSum', weighted, -1, false);
  return withoutNegatives(onnx, onnx.reshape(rows, [product(rows.shape)]), product(shape.slice(0, depth)));
}

/** Writes or adds rows of `updates` at `rows` of `target`, in order: what several name is determined. */
function scatterRows(onnx: OnnxBuilder, target: Value, rows: Value, updates: Value, add: boolean): Value {
  const [count, width] = updates.shape as [number, number];
  const where = onnx.expand(onnx.reshape(rows, [count, 1]), [count, width]);
  const attributes = add ? { axis: 0, reduction: 'add' } : { axis: 0 };
  return onnx.op('ScatterElements', [target, where, updates], target, attributes);
}

function scatter(onnx: OnnxBuilder, indices: Value, updates: Value, into: Value, add: boolean): Value {
  const depth = indices.shape.at(-1) as number;
  const width = product(into.shape.slice(depth));
  const target = onnx.reshape(into, [product(into.shape.slice(0, depth)), width]);
  const rows = flatRows(onnx, indices, into.shape);
  const values = onnx.reshape(updates, [rows.shape[0] as number, width]);
  return onnx.reshape(scatterRows(onnx, target, rows, values, add), into.shape);
}

function segmentSum(call: KernelCall, onnx: OnnxBuilder): Value {
  const [x, ids] = [call.input('x'), call.input('segmentIds')];
  const segments = call.attribute<number>('numSegments');
  const inner = x.shape.slice(ids.shape.length);
  const zeros = onnx.graph.scalar(0, x.dtype, [segments, product(inner)]);
  let rows = onnx.cast(onnx.reshape(ids, [product(ids.shape)]), 'int64');
  let updates = onnx.reshape(x, [product(ids.shape), product(inner)]);
  if (!call.attribute<boolean | undefined>('checked')) {
    // What belongs to no segment counts nowhere.
    const zero = onnx.number(0, 'int64');
    const inside = onnx.test(
      'And',
      onnx.test('GreaterOrEqual', rows, zero),
      onnx.test('Less', rows, onnx.number(segments, 'int64')),
    );
    rows = onnx.where(inside, rows, zero);
    const column = onnx.reshape(inside, [product(ids.shape), 1]);
    updates = onnx.where(column, updates, onnx.graph.scalar(0, x.dtype));
  }
  return onnx.reshape(scatterRows(onnx, zeros, rows, updates, true), [segments, ...inner]);
}

/** An index out of range gives a row of `offValue`. */
function oneHot(call: KernelCall, onnx: OnnxBuilder): Value {
  const indices = onnx.cast(call.input('indices'), 'int32');
  const depth = call.attribute<number>('depth');
  const classes = onnx.graph.numbers(
    Array.from({ length: depth }, (_, i) => i),
    'int32',
  );
  const hit = onnx.test('Equal', onnx.reshape(indices, [...indices.shape, 1]), classes);
  const dtype = call.attribute<ElementType | undefined>('dtype') ?? 'int32';
  const [on, off] = [call.attribute<number>('onValue'), call.attribute<number>('offValue')];
  if (on === 1 && off === 0) return onnx.cast(hit, dtype);
  return onnx.where(hit, onnx.number(on, dtype), onnx.number(off, dtype));
}

function cumulativeSum(call: KernelCall, onnx: OnnxBuilder): Value {
  const given = call.input('x');
  const x = given.dtype === 'bool' ? onnx.cast(given, 'int32') : given;
  const axis = normalizeAxes(call.attribute<number>('axis'), x.shape.length)[0] ?? 0;
  return onnx.op('CumSum', [x, onnx.graph.scalar(axis, 'int64')], x, flags(call));
}

const flags = (call: KernelCall): { exclusive: number; reverse: number } => ({
  exclusive: call.attribute<boolean | undefined>('exclusive') ? 1 : 0,
  reverse: call.attribute<boolean | undefined>('reverse') ? 1 : 0,
});

/** Products of everything so far, by doubling: after n rounds each cell holds the product of the last 2^n. */
function cumulativeProduct(call: KernelCall, onnx: OnnxBuilder): Value {
  const given = call.input('x');
  const x = given.dtype === 'bool' ? onnx.cast(given, 'int32') : given;
  const axis = normalizeAxes(call.attribute<number>('axis'), x.shape.length)[0] ?? 0;
  const extent = x.shape[axis] as number;
  const { exclusive, reverse } = flags(call);
  const shifted = (value: Value, by: number): Value => {
    const begin = value.shape.map((_, i) => (i === axis && reverse ? by : 0));
    const size = value.shape.map((n, i) => (i === axis ? n - by : n));
    const kept = onnx.slice(value, begin, size);
    const ones = onnx.graph.scalar(
      1,
      value.dtype,
      value.shape.map((n, i) => (i === axis ? by : n)),
    );
    return onnx.concat(reverse ? [kept, ones] : [ones, kept], axis);
  };
  let result = exclusive && extent > 0 ? shifted(x, 1) : x;
  for (let by = 1; by < extent; by *= 2) result = onnx.binary('Mul', result, shifted(result, by));
  return result;
}

function topK(call: KernelCall): readonly Spec[] {
  const x = call.input('x');
  const shape = [...x.shape.slice(0, -1), call.attribute<number>('k')];
  return [
    { shape, dtype: x.dtype },
    { shape, dtype: 'int32' },
  ];
}

/** Kernels that look up and write by index. */
export const indexingRules = {
  Cumprod: byLowering(cumulativeProduct),
  Cumsum: byLowering(cumulativeSum),
  GatherNd: byLowering((call, onnx) => {
    const [params, indices] = [call.input('params'), call.input('indices')];
    const depth = indices.shape.at(-1) as number;
    const inner = params.shape.slice(depth);
    const table = onnx.reshape(params, [product(params.shape.slice(0, depth)), product(inner)]);
    const rows = onnx.gather(table, flatRows(onnx, indices, params.shape), 0);
    return onnx.reshape(rows, [...indices.shape.slice(0, -1), ...inner]);
  }),
  GatherV2: byLowering(gather),
  OneHot: byLowering(oneHot),
  ScatterNd: byLowering((call, onnx) => {
    const updates = call.input('updates');
    const zeros = onnx.graph.scalar(0, updates.dtype, call.attribute<number[]>('shape'));
    return scatter(onnx, call.input('indices'), updates, zeros, true);
  }),
  TensorScatterUpdate: byLowering((call, onnx) =>
    scatter(onnx, call.input('indices'), call.input('updates'), call.input('tensor'), false),
  ),
  TopK: {
    infer: topK,
    lower: (call, onnx) => {
      const [values, indices] = topK(call) as [Spec, Spec];
      const x = call.input('x');
      const outputs = [values, { shape: indices.shape, dtype: 'int64' as const }];
      const attributes = { axis: x.shape.length - 1, largest: 1, sorted: 1 };
      const [best, where] = onnx.multi(
        'TopK',
        [x, onnx.longs([call.attribute<number>('k')])],
        outputs,
        attributes,
      );
      return [best as Value, onnx.cast(where as Value, 'int32')];
    },
  },
  UnsortedSegmentSum: byLowering(segmentSum),
} satisfies KernelRules;
