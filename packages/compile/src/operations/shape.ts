import type { Spec } from '../graph/builder.js';
import type { ElementType } from '../graph/element-type.js';
import { elementCount, fromNumbers } from '../graph/element-type.js';
import type { Value } from '../graph/graph.js';
import { permute } from '../graph/shapes.js';
import type { KernelCall, KernelRule, KernelRules } from './rule.js';

function reshaped(shape: (call: KernelCall, x: Value) => readonly number[], operand = 'x'): KernelRule {
  return {
    infer: (call): Spec => ({ shape: shape(call, call.input(operand)), dtype: call.input(operand).dtype }),
    lower: (call, onnx) => onnx.reshape(call.input(operand), shape(call, call.input(operand))),
  };
}

/** A shape with at most one -1 in it, worked out. */
function resolve(shape: readonly number[], count: number): number[] {
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const resolved = shape.map((extent) => (extent === -1 ? count / known : extent));
  if (elementCount(resolved) !== count)
    throw new Error(`${count} elements do not make a tensor of shape [${shape}].`);
  return resolved;
}

function expandDims(x: Value, dim: number): number[] {
  const at = dim < 0 ? x.shape.length + 1 + dim : dim;
  return [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
}

/** A constant of one repeated number, shaped as the operand or as an attribute says. */
function filled(shape: (call: KernelCall) => Spec, number: (call: KernelCall) => number): KernelRule {
  return {
    infer: shape,
    lower: (call, onnx) => {
      const { shape: extents, dtype } = shape(call);
      return onnx.graph.scalar(number(call), dtype, extents);
    },
  };
}

/** A constant sequence of numbers. */
function sequence(
  spec: (call: KernelCall) => { dtype: ElementType; numbers: readonly number[] },
): KernelRule {
  return {
    infer: (call): Spec => ({ shape: [spec(call).numbers.length], dtype: spec(call).dtype }),
    lower: (call, onnx) => {
      const { dtype, numbers } = spec(call);
      return onnx.graph.constant(fromNumbers(dtype, numbers), [numbers.length], dtype);
    },
  };
}

function range(call: KernelCall): { dtype: ElementType; numbers: readonly number[] } {
  const [start, stop] = [call.attribute<number>('start'), call.attribute<number>('stop')];
  let step = call.attribute<number | undefined>('step') ?? 1;
  if (stop < start && step === 1) step = -1;
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return {
    dtype: call.attribute<ElementType>('dtype') ?? 'float32',
    numbers: Array.from({ length: count }, (_, i) => start + i * step),
  };
}

function linSpace(call: KernelCall): { dtype: ElementType; numbers: readonly number[] } {
  const [start, stop] = [call.attribute<number>('start'), call.attribute<number>('stop')];
  const count = call.attribute<number>('num');
  const step = count > 1 ? (stop - start) / (count - 1) : 0;
  return { dtype: 'float32', numbers: Array.from({ length: count }, (_, i) => start + i * step) };
}

const dtypeOf = (call: KernelCall): ElementType => call.attribute<ElementType>('dtype');

/** Kernels that change shapes, element types or the order of axes, and constants. */
export const shapeRules = {
  BroadcastTo: {
    infer: (call): Spec => ({ shape: call.attribute<number[]>('shape'), dtype: call.input('x').dtype }),
    lower: (call, onnx) => onnx.expand(call.input('x'), call.attribute<number[]>('shape')),
  },
  Cast: {
    infer: (call): Spec => ({ shape: call.input('x').shape, dtype: dtypeOf(call) }),
    lower: (call, onnx) => onnx.cast(call.input('x'), dtypeOf(call)),
  },
  ExpandDims: reshaped((call, x) => expandDims(x, call.attribute<number>('dim')), 'input'),
  Fill: filled(
    (call) => ({
      shape: call.attribute<number[]>('shape'),
      dtype: dtypeOf(call) ?? (typeof call.attribute('value') === 'boolean' ? 'bool' : 'float32'),
    }),
    (call) => Number(call.attribute('value')),
  ),
  Identity: reshaped((_, x) => x.shape),
  LinSpace: sequence(linSpace),
  OnesLike: filled(
    (call) => call.input('x'),
    () => 1,
  ),
  Range: sequence(range),
  Reshape: reshaped((call, x) => resolve(call.attribute<number[]>('shape'), elementCount(x.shape))),
  Tile: {
    infer: (call): Spec => {
      const [x, reps] = [call.input('x'), call.attribute<number[]>('reps')];
      return { shape: x.shape.map((extent, i) => extent * (reps[i] as number)), dtype: x.dtype };
    },
    lower: (call, onnx) => {
      const [x, reps] = [call.input('x'), call.attribute<number[]>('reps')];
      const shape = x.shape.map((extent, i) => extent * (reps[i] as number));
      // Repeating what has extent 1 is broadcasting, which later operators do for nothing.
      if (x.shape.every((extent, i) => extent === 1 || reps[i] === 1)) return onnx.expand(x, shape);
      return onnx.op('Tile', [x, onnx.longs(reps)], { shape, dtype: x.dtype });
    },
  },
  Transpose: {
    infer: (call): Spec => {
      const x = call.input('x');
      return { shape: permute(x.shape, call.attribute<number[]>('perm')), dtype: x.dtype };
    },
    lower: (call, onnx) => onnx.transpose(call.input('x'), call.attribute<number[]>('perm')),
  },
  ZerosLike: filled(
    (call) => call.input('x'),
    () => 0,
  ),
} satisfies KernelRules;
