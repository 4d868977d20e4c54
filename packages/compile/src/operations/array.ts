import { slice_util } from '@tensorflow/tfjs-core';
import type { Spec } from '../graph/builder.js';
import type { ElementType } from '../graph/element-type.js';
import type { Value } from '../graph/graph.js';
import { normalizeAxes } from '../graph/shapes.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import { byLowering } from './rule.js';
import type { KernelCall, KernelRules } from './rule.js';

const axisOf = (call: KernelCall, rank: number): number =>
  normalizeAxes(call.attribute<number>('axis'), rank)[0] ?? 0;

function joined(call: KernelCall): Spec {
  const first = call.inputs[0] as Value;
  const axis = axisOf(call, first.shape.length);
  const total = call.inputs.reduce((sum, x) => sum + (x.shape[axis] as number), 0);
  return { shape: first.shape.map((extent, i) => (i === axis ? total : extent)), dtype: first.dtype };
}

function splitSizes(call: KernelCall): { axis: number; sizes: number[]; specs: Spec[] } {
  const x = call.input('x');
  const axis = axisOf(call, x.shape.length);
  const wanted = call.attribute<number | number[]>('numOrSizeSplits');
  const extent = x.shape[axis] as number;
  const sizes =
    typeof wanted === 'number'
      ? new Array<number>(wanted).fill(extent / wanted)
      : wanted.map((size) =>
          size === -1 ? extent - wanted.reduce((sum, n) => sum + Math.max(0, n), 0) : size,
        );
  const specs = sizes.map((size): Spec => ({
    shape: x.shape.map((n, i) => (i === axis ? size : n)),
    dtype: x.dtype,
  }));
  return { axis, sizes, specs };
}

function split(
  onnx: OnnxBuilder,
  x: Value,
  axis: number,
  sizes: readonly number[],
  specs: readonly Spec[],
): readonly Value[] {
  return sizes.length === 1 ? [x] : onnx.multi('Split', [x, onnx.longs(sizes)], specs, { axis });
}

function sliced(call: KernelCall): { begin: number[]; size: number[] } {
  const x = call.input('x');
  const [begin, size] = slice_util.parseSliceParams(
    { shape: [...x.shape], rank: x.shape.length } as never,
    call.attribute<number | number[]>('begin'),
    call.attribute<number | number[]>('size'),
  );
  return { begin: begin as number[], size: size as number[] };
}

function strided(call: KernelCall): ReturnType<typeof slice_util.sliceInfo> {
  const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'].map((name) =>
    call.attribute<number>(name),
  ) as [number, number, number, number, number];
  return slice_util.sliceInfo(
    [...call.input('x').shape],
    call.attribute<number[]>('begin'),
    call.attribute<number[]>('end'),
    call.attribute<number[]>('strides'),
    ...masks,
  );
}

const padded = (call: KernelCall): Spec => {
  const x = call.input('x');
  const paddings = call.attribute<[number, number][]>('paddings');
  return {
    shape: x.shape.map((n, i) => n + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0)),
    dtype: x.dtype,
  };
};

/** Surrounds `x` with a number. */
export function pad(
  onnx: OnnxBuilder,
  x: Value,
  paddings: readonly (readonly number[])[],
  number: number,
): Value {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((n, i) => n + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0));
  const pads = onnx.longs([
    ...paddings.map(([before]) => before as number),
    ...paddings.map(([, after]) => after as number),
  ]);
  return onnx.op('Pad', [x, pads, onnx.number(number, x.dtype)], { shape, dtype: x.dtype });
}

/** Repeats cells in mirror order: gathers along each padded axis. */
function mirrorPad(call: KernelCall, onnx: OnnxBuilder): Value {
  const offset = call.attribute<string>('mode') === 'reflect' ? 0 : 1;
  return call.attribute<[number, number][]>('paddings').reduce((x, [before, after], axis) => {
    if (before === 0 && after === 0) return x;
    const extent = x.shape[axis] as number;
    const from = Array.from({ length: before + extent + after }, (_, i) => {
      const at = i - before;
      if (at < 0) return -at - offset;
      return at < extent ? at : 2 * (extent - 1) - at + offset;
    });
    return onnx.gather(x, onnx.longs(from), axis);
  }, call.input('x'));
}

/** Kernels that cut, join and pad. */
export const arrayRules = {
  Concat: {
    infer: joined,
    lower: (call, onnx) => {
      const { dtype } = joined(call);
      const parts = call.inputs.map((x) => onnx.cast(x, dtype));
      return onnx.concat(parts, axisOf(call, (parts[0] as Value).shape.length));
    },
  },
  MirrorPad: { infer: padded, lower: mirrorPad },
  Pack: byLowering((call, onnx) => {
    const first = call.inputs[0] as Value;
    const axis = axisOf(call, first.shape.length + 1);
    const shape = [...first.shape.slice(0, axis), 1, ...first.shape.slice(axis)];
    return onnx.concat(
      call.inputs.map((x) => onnx.reshape(onnx.cast(x, first.dtype), shape)),
      axis,
    );
  }),
  PadV2: {
    infer: padded,
    lower: (call, onnx) =>
      pad(
        onnx,
        call.input('x'),
        call.attribute<number[][]>('paddings'),
        call.attribute<number>('constantValue'),
      ),
  },
  Reverse: {
    infer: (call): Spec => call.input('x'),
    lower: (call, onnx) => {
      const x = call.input('x');
      const axes = normalizeAxes(call.attribute<number | number[]>('dims'), x.shape.length);
      const backwards = (axis: number): boolean => axes.includes(axis);
      const starts = x.shape.map((extent, i) => (backwards(i) ? extent - 1 : 0));
      return onnx.slice(
        x,
        starts,
        x.shape,
        x.shape.map((_, i) => (backwards(i) ? -1 : 1)),
      );
    },
  },
  Slice: byLowering((call, onnx) => {
    const { begin, size } = sliced(call);
    return onnx.slice(call.input('x'), begin, size);
  }),
  SplitV: {
    infer: (call) => splitSizes(call).specs,
    lower: (call, onnx) => {
      const { axis, sizes, specs } = splitSizes(call);
      return split(onnx, call.input('x'), axis, sizes, specs);
    },
  },
  StridedSlice: byLowering((call, onnx) => {
    const { begin, end, strides, finalShape } = strided(call);
    const size = slice_util.computeOutShape(begin, end, strides);
    return onnx.reshape(onnx.slice(call.input('x'), begin, size, strides), finalShape);
  }),
  Unpack: {
    infer: (call) => unpacked(call).map(({ rest, dtype }): Spec => ({ shape: rest, dtype })),
    lower: (call, onnx) => {
      const parts = unpacked(call);
      const sizes = parts.map(() => 1);
      const pieces = split(onnx, call.input('value'), parts[0]?.axis ?? 0, sizes, parts);
      return pieces.map((piece, i) => onnx.reshape(piece, parts[i]?.rest ?? []));
    },
  },
} satisfies KernelRules;

/** The slices of extent 1 that unpacking makes, and their shapes without that axis. */
function unpacked(call: KernelCall): { axis: number; shape: number[]; rest: number[]; dtype: ElementType }[] {
  const x = call.input('value');
  const axis = axisOf(call, x.shape.length);
  const shape = x.shape.map((extent, i) => (i === axis ? 1 : extent));
  const rest = x.shape.filter((_, i) => i !== axis);
  return Array.from({ length: x.shape[axis] as number }, () => ({ axis, shape, rest, dtype: x.dtype }));
}
