import type { Spec } from '../graph/builder.js';
import type { ElementType } from '../graph/element-type.js';
import { normalizeAxes, reducedShape } from '../graph/shapes.js';
import type { KernelCall, KernelRule, KernelRules } from './rule.js';

type Axis = number | readonly number[] | undefined;

function reduced(call: KernelCall, axis: Axis, dtype: ElementType): Spec {
  const { shape } = call.input('x');
  const keepDims = call.attribute<boolean | undefined>('keepDims') ?? false;
  return { shape: reducedShape(shape, normalizeAxes(axis, shape.length), keepDims), dtype };
}

/** A reduction; `attribute` is what tfjs calls its axes. */
function reduction(op: string, attribute: string, type: (given: ElementType) => ElementType): KernelRule {
  return {
    infer: (call) => reduced(call, call.attribute<Axis>(attribute), type(call.input('x').dtype)),
    lower: (call, onnx) => {
      const x = call.input('x');
      const operand = onnx.cast(x, type(x.dtype) === 'bool' ? 'int32' : type(x.dtype));
      const keepDims = call.attribute<boolean | undefined>('keepDims') ?? false;
      return onnx.cast(onnx.reduce(op, operand, call.attribute<Axis>(attribute), keepDims), type(x.dtype));
    },
  };
}

function indexOf(op: string): KernelRule {
  return {
    infer: (call) => reduced(call, call.attribute<Axis>('axis'), 'int32'),
    lower: (call, onnx) => {
      const x = call.input('x');
      const { shape } = reduced(call, call.attribute<Axis>('axis'), 'int32');
      const [axis] = normalizeAxes(call.attribute<Axis>('axis'), x.shape.length);
      const operand = x.dtype === 'bool' ? onnx.cast(x, 'int32') : x;
      const index = onnx.op(op, [operand], { shape, dtype: 'int64' }, { axis: axis ?? 0, keepdims: 0 });
      return onnx.cast(index, 'int32');
    },
  };
}

const same = (dtype: ElementType): ElementType => dtype;
const countable = (dtype: ElementType): ElementType => (dtype === 'bool' ? 'int32' : dtype);

/** Kernels that make axes disappear. */
export const reductionRules = {
  All: reduction('ReduceMin', 'axis', () => 'bool'),
  Any: reduction('ReduceMax', 'axis', () => 'bool'),
  ArgMax: indexOf('ArgMax'),
  ArgMin: indexOf('ArgMin'),
  Max: reduction('ReduceMax', 'reductionIndices', same),
  Mean: reduction('ReduceMean', 'axis', () => 'float32'),
  Min: reduction('ReduceMin', 'axis', same),
  Prod: reduction('ReduceProd', 'axis', countable),
  Sum: reduction('ReduceSum', 'axis', countable),
} satisfies KernelRules;
