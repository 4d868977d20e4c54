import type { Spec } from '../graph/builder.js';
import type { ElementType } from '../graph/element-type.js';
import type { Value } from '../graph/graph.js';
import { broadcastShapes } from '../graph/shapes.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall, KernelRule, KernelRules } from './rule.js';

type Body = (onnx: OnnxBuilder, a: Value, b: Value) => Value;

const order: readonly ElementType[] = ['bool', 'int32', 'float32'];

/** The wider of two element types. */
function wider(a: ElementType, b: ElementType): ElementType {
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

function shapeOf(call: KernelCall): number[] {
  return broadcastShapes(call.input('a').shape, call.input('b').shape);
}

/** Arithmetic in the wider type; `bool` counts as int32 inside. */
function arithmetic(body: Body, result?: ElementType): KernelRule {
  const type = (call: KernelCall): ElementType => wider(call.input('a').dtype, call.input('b').dtype);
  return {
    infer: (call): Spec => ({ shape: shapeOf(call), dtype: result ?? type(call) }),
    lower: (call, onnx) => {
      const at = result === 'float32' ? result : wider(type(call), 'int32');
      const value = body(onnx, onnx.cast(call.input('a'), at), onnx.cast(call.input('b'), at));
      return onnx.cast(value, result ?? type(call));
    },
  };
}

function comparison(op: string, negate = false): KernelRule {
  return {
    infer: (call): Spec => ({ shape: shapeOf(call), dtype: 'bool' }),
    lower: (call, onnx) => {
      const at = wider(wider(call.input('a').dtype, call.input('b').dtype), 'int32');
      const value = onnx.test(op, onnx.cast(call.input('a'), at), onnx.cast(call.input('b'), at));
      return negate ? onnx.test('Not', value) : value;
    },
  };
}

function logical(op: string): KernelRule {
  return {
    infer: (call): Spec => ({ shape: shapeOf(call), dtype: 'bool' }),
    lower: (call, onnx) =>
      onnx.test(op, onnx.cast(call.input('a'), 'bool'), onnx.cast(call.input('b'), 'bool')),
  };
}

const named =
  (op: string): Body =>
  (onnx, a, b) =>
    onnx.binary(op, a, b);

/** True where `remainder` is not 0 and its sign is not that of `b`. */
function signsDiffer(onnx: OnnxBuilder, remainder: Value, b: Value): Value {
  const zero = onnx.number(0, b.dtype);
  const differ = onnx.test('Xor', onnx.test('Less', remainder, zero), onnx.test('Less', b, zero));
  return onnx.test('And', differ, onnx.test('Not', onnx.test('Equal', remainder, zero)));
}

/** The remainder with the sign of the divisor. */
const mod: Body = (onnx, a, b) => {
  if (a.dtype !== 'float32') return guarded(onnx, b, (divisor) => onnx.binary('Mod', a, divisor));
  const remainder = onnx.binary('Mod', a, b, { fmod: 1 });
  return onnx.where(signsDiffer(onnx, remainder, b), onnx.binary('Add', remainder, b), remainder);
};

/** Division rounded down, as int32. */
const floorDiv: Body = (onnx, a, b) => {
  if (a.dtype === 'float32') return onnx.unary('Floor', onnx.binary('Div', a, b));
  return guarded(onnx, b, (divisor) => {
    const quotient = onnx.binary('Div', a, divisor);
    const remainder = onnx.binary('Sub', a, onnx.binary('Mul', quotient, divisor));
    const lower = onnx.binary('Sub', quotient, onnx.number(1, 'int32'));
    return onnx.where(signsDiffer(onnx, remainder, divisor), lower, quotient);
  });
};

/** An integer division by 0 would end the process; the answer is 0 there, as in tfjs. */
function guarded(onnx: OnnxBuilder, b: Value, divide: (divisor: Value) => Value): Value {
  const known = b.constant?.data;
  if (known && Array.from(known as ArrayLike<number | bigint>).every((x) => Number(x) !== 0))
    return divide(b);
  const isZero = onnx.test('Equal', b, onnx.number(0, b.dtype));
  const safe = onnx.where(isZero, onnx.number(1, b.dtype), b);
  return onnx.where(isZero, onnx.number(0, b.dtype), divide(safe));
}

const atan2: Body = (onnx, y, x) => {
  const zero = onnx.number(0);
  const angle = onnx.unary('Atan', onnx.binary('Div', y, x));
  const half = onnx.where(onnx.test('Less', y, zero), onnx.number(-Math.PI), onnx.number(Math.PI));
  const left = onnx.binary('Add', angle, half);
  const upright = onnx.binary('Mul', onnx.unary('Sign', y), onnx.number(Math.PI / 2));
  const notLeft = onnx.where(onnx.test('Equal', x, zero), upright, angle);
  return onnx.where(onnx.test('Less', x, zero), left, notLeft);
};

/** Elementwise kernels of two operands, and of several. */
export const binaryRules = {
  Add: arithmetic(named('Add')),
  AddN: {
    infer: (call): Spec => call.inputs[0] as Value,
    lower: (call, onnx) => call.inputs.reduce((sum, x) => onnx.binary('Add', sum, x)),
  },
  Atan2: arithmetic(atan2, 'float32'),
  BitwiseAnd: arithmetic(named('BitwiseAnd')),
  EluGrad: {
    // y + 1 below 0, 1 elsewhere.
    infer: (call): Spec => call.input('dy'),
    lower: (call, onnx) => {
      const slope = onnx.binary('Add', onnx.binary('Min', call.input('y'), onnx.number(0)), onnx.number(1));
      return onnx.binary('Mul', call.input('dy'), slope);
    },
  },
  Equal: comparison('Equal'),
  FloorDiv: {
    infer: (call): Spec => ({ shape: shapeOf(call), dtype: 'int32' }),
    lower: (call, onnx) => {
      const at = wider(wider(call.input('a').dtype, call.input('b').dtype), 'int32');
      return onnx.cast(
        floorDiv(onnx, onnx.cast(call.input('a'), at), onnx.cast(call.input('b'), at)),
        'int32',
      );
    },
  },
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalXor: logical('Xor'),
  Maximum: arithmetic(named('Max')),
  Minimum: arithmetic(named('Min')),
  Mod: arithmetic(mod),
  Multiply: arithmetic(named('Mul')),
  NotEqual: comparison('Equal', true),
  Pow: arithmetic(named('Pow')),
  Prelu: {
    infer: (call): Spec => call.input('x'),
    lower: (call, onnx) => {
      const x = onnx.cast(call.input('x'), 'float32');
      return onnx.op('PRelu', [x, call.input('alpha')], x);
    },
  },
  RealDiv: arithmetic(named('Div'), 'float32'),
  Select: {
    infer: (call): Spec => call.input('t'),
    lower: (call, onnx) => {
      const [condition, yes] = [call.input('condition'), call.input('t')];
      // A condition of rank 1 chooses whole rows.
      const rows = condition.shape.length === 1 && yes.shape.length > 1;
      const shape = rows ? [...condition.shape, ...yes.shape.slice(1).map(() => 1)] : condition.shape;
      return onnx.where(onnx.cast(onnx.reshape(condition, shape), 'bool'), yes, call.input('e'));
    },
  },
  SquaredDifference: arithmetic((onnx, a, b) => {
    const difference = onnx.binary('Sub', a, b);
    return onnx.binary('Mul', difference, difference);
  }),
  Sub: arithmetic(named('Sub')),
} satisfies KernelRules;
