import type { Spec } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall, KernelRule, KernelRules } from './rule.js';

type Body = (onnx: OnnxBuilder, x: Value, call: KernelCall) => Value;

/** Result in float32, whatever goes in. */
function float(body: Body): KernelRule {
  return {
    infer: (call): Spec => ({ shape: call.input('x').shape, dtype: 'float32' }),
    lower: (call, onnx) => body(onnx, onnx.cast(call.input('x'), 'float32'), call),
  };
}

/** Result of the operand's own type; `bool` is computed as int32. */
function same(body: Body): KernelRule {
  return {
    infer: (call): Spec => call.input('x'),
    lower: (call, onnx) => {
      const x = call.input('x');
      return onnx.cast(body(onnx, x.dtype === 'bool' ? onnx.cast(x, 'int32') : x, call), x.dtype);
    },
  };
}

/** Result in bool; integers go in as float32. */
function predicate(body: Body): KernelRule {
  return {
    infer: (call): Spec => ({ shape: call.input('x').shape, dtype: 'bool' }),
    lower: (call, onnx) => body(onnx, onnx.cast(call.input('x'), 'float32'), call),
  };
}

const named =
  (op: string): Body =>
  (onnx, x) =>
    onnx.unary(op, x);

/** `exp(x) - 1` without the cancellation near 0, where it is `2 t / (1 - t)` with `t = tanh(x / 2)`. */
const expm1: Body = (onnx, x) => {
  const one = onnx.number(1);
  const t = onnx.unary('Tanh', onnx.binary('Mul', x, onnx.number(0.5)));
  const near = onnx.binary('Div', onnx.binary('Add', t, t), onnx.binary('Sub', one, t));
  const far = onnx.binary('Sub', onnx.unary('Exp', x), one);
  return onnx.where(onnx.test('Less', onnx.unary('Abs', x), onnx.number(0.5)), near, far);
};

/** `log(1 + x)` with the rounding of `1 + x` put right: `log(u) - ((u - 1) - x) / u`, `u = 1 + x`. */
const log1p: Body = (onnx, x) => {
  const one = onnx.number(1);
  const u = onnx.binary('Add', x, one);
  const log = onnx.unary('Log', u);
  const lost = onnx.binary('Div', onnx.binary('Sub', onnx.binary('Sub', u, one), x), u);
  return onnx.where(onnx.test('Less', onnx.unary('Abs', x), one), onnx.binary('Sub', log, lost), log);
};

const clip = (onnx: OnnxBuilder, x: Value, low: number, high: number): Value =>
  onnx.op('Clip', [x, onnx.number(low, x.dtype), onnx.number(high, x.dtype)], x);

/** 1 above 0, `alpha` elsewhere, NaN for NaN. */
const step: Body = (onnx, x, call) => {
  const alpha = call.attribute<number | undefined>('alpha') ?? 0;
  // max(0, min(1, x * 3e38)): one pass, where comparing and choosing takes three.
  if (alpha === 0 && x.dtype === 'float32') return onnx.unary('HardSigmoid', x, { alpha: 3e38, beta: 0 });
  const chosen = onnx.where(
    onnx.test('Greater', x, onnx.number(0, x.dtype)),
    onnx.number(1, x.dtype),
    onnx.number(alpha, x.dtype),
  );
  return x.dtype === 'float32' ? onnx.where(onnx.test('IsNaN', x), x, chosen) : chosen;
};

const keepIntegers =
  (op: string): Body =>
  (onnx, x) =>
    x.dtype === 'float32' ? onnx.unary(op, x) : x;

/** Elementwise kernels of one operand. */
export const unaryRules = {
  Abs: same(named('Abs')),
  Acos: float(named('Acos')),
  Acosh: float(named('Acosh')),
  Asin: float(named('Asin')),
  Asinh: float(named('Asinh')),
  Atan: float(named('Atan')),
  Atanh: float(named('Atanh')),
  Ceil: same(keepIntegers('Ceil')),
  ClipByValue: same((onnx, x, call) =>
    clip(onnx, x, call.attribute('clipValueMin'), call.attribute('clipValueMax')),
  ),
  Cos: float(named('Cos')),
  Cosh: float(named('Cosh')),
  Elu: float(named('Elu')),
  Erf: float(named('Erf')),
  Exp: float(named('Exp')),
  Expm1: float(expm1),
  Floor: same(keepIntegers('Floor')),
  IsFinite: predicate((onnx, x) => onnx.test('Less', onnx.unary('Abs', x), onnx.number(Infinity))),
  IsInf: predicate((onnx, x) => onnx.test('IsInf', x)),
  IsNan: predicate((onnx, x) => onnx.test('IsNaN', x)),
  LeakyRelu: float((onnx, x, call) => onnx.unary('LeakyRelu', x, { alpha: call.attribute<number>('alpha') })),
  Log: float(named('Log')),
  Log1p: float(log1p),
  LogicalNot: {
    infer: (call): Spec => ({ shape: call.input('x').shape, dtype: 'bool' }),
    lower: (call, onnx) => onnx.test('Not', onnx.cast(call.input('x'), 'bool')),
  },
  Neg: same(named('Neg')),
  Reciprocal: float(named('Reciprocal')),
  Relu: same((onnx, x) =>
    x.dtype === 'float32' ? onnx.unary('Relu', x) : onnx.binary('Max', x, onnx.number(0, x.dtype)),
  ),
  Relu6: same((onnx, x) => clip(onnx, x, 0, 6)),
  Round: same(keepIntegers('Round')),
  Rsqrt: float((onnx, x) => onnx.unary('Reciprocal', onnx.unary('Sqrt', x))),
  Selu: float(named('Selu')),
  Sigmoid: float(named('Sigmoid')),
  Sign: same(named('Sign')),
  Sin: float(named('Sin')),
  Sinh: float(named('Sinh')),
  Softplus: float(named('Softplus')),
  Sqrt: float(named('Sqrt')),
  Square: same((onnx, x) => onnx.binary('Mul', x, x)),
  Step: same(step),
  Tan: float(named('Tan')),
  Tanh: float(named('Tanh')),
} satisfies KernelRules;
