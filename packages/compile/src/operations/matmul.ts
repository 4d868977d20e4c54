import type { Spec } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { broadcastShapes } from '../graph/shapes.js';
import { activate } from './activation.js';
import type { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';
import type { KernelCall, KernelRule, KernelRules } from './rule.js';

interface Product {
  readonly a: Value;
  readonly b: Value;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function productOf(call: KernelCall): Product {
  return {
    a: call.input('a'),
    b: call.input('b'),
    transposeA: call.attribute<boolean | undefined>('transposeA') ?? false,
    transposeB: call.attribute<boolean | undefined>('transposeB') ?? false,
  };
}

function productShape({ a, b, transposeA, transposeB }: Product): number[] {
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [inner, other] = [transposeA ? rowsA : columnsA, transposeB ? columnsB : rowsB];
  if (inner !== other)
    throw new Error(
      `Inner extents of a matrix product differ: ${inner} of [${a.shape}], ${other} of [${b.shape}].`,
    );
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, transposeA ? columnsA : rowsA, transposeB ? rowsB : columnsB];
}

/** Swaps the last two axes. */
function swapped(onnx: OnnxBuilder, x: Value): Value {
  const rank = x.shape.length;
  const perm = x.shape.map((_, i) => (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i));
  return onnx.transpose(x, perm);
}

function product(onnx: OnnxBuilder, parts: Product): Value {
  const [a, b] = [onnx.cast(parts.a, 'float32'), onnx.cast(parts.b, 'float32')];
  if (a.shape.length === 2 && b.shape.length === 2)
    return onnx.gemm(a, b, parts.transposeA, parts.transposeB);
  const left = parts.transposeA ? swapped(onnx, a) : a;
  const right = parts.transposeB ? swapped(onnx, b) : b;
  return onnx.op('MatMul', [left, right], { shape: productShape(parts), dtype: 'float32' });
}

/** `tf.einsum`, whose notation ONNX shares. */
const einsum: KernelRule = {
  infer: (call): Spec => {
    const [left, right] = call.attribute<string>('equation').replace(/\s/g, '').split('->') as [
      string,
      string,
    ];
    const extents = new Map<string, number>();
    left
      .split(',')
      .forEach((term, i) =>
        [...term].forEach((letter, axis) => extents.set(letter, call.inputs[i]?.shape[axis] as number)),
      );
    return { shape: [...right].map((letter) => extents.get(letter) as number), dtype: 'float32' };
  },
  lower: (call, onnx) => {
    const equation = call.attribute<string>('equation').replace(/\s/g, '');
    return onnx.op('Einsum', call.inputs, einsum.infer(call) as Spec, { equation });
  },
};

/** Matrix products. */
export const matmulRules = {
  BatchMatMul: {
    infer: (call): Spec => ({ shape: productShape(productOf(call)), dtype: 'float32' }),
    lower: (call, onnx) => product(onnx, productOf(call)),
  },
  Einsum: einsum,
  _FusedMatMul: {
    infer: (call): Spec => ({ shape: productShape(productOf(call)), dtype: 'float32' }),
    lower: (call, onnx) => {
      const bias = call.optional('bias');
      const plain = product(onnx, productOf(call));
      return activate(onnx, call, bias ? onnx.binary('Add', plain, bias) : plain);
    },
  },
} satisfies KernelRules;
