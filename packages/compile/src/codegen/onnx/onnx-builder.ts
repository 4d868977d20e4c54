import type { GraphBuilder, Spec } from '../../graph/builder.js';
import type { ElementType } from '../../graph/element-type.js';
import { elementCount } from '../../graph/element-type.js';
import type { Attributes, Value } from '../../graph/graph.js';
import { broadcastShapes, normalizeAxes, permute, reducedShape, sameShape } from '../../graph/shapes.js';

/** Adds ONNX operators to a graph, with their output shapes worked out. */
export class OnnxBuilder {
  constructor(readonly graph: GraphBuilder) {}

  /** Any operator, with its outputs stated. */
  op(
    op: string,
    inputs: readonly (Value | undefined)[],
    output: Spec,
    attributes: Attributes = {},
    domain?: string,
  ): Value {
    return this.multi(op, inputs, [output], attributes, domain)[0] as Value;
  }

  multi(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly Spec[],
    attributes: Attributes = {},
    domain?: string,
  ): readonly Value[] {
    return this.graph.add({ op, inputs, attributes, outputs, ...(domain === undefined ? {} : { domain }) });
  }

  /** A scalar constant. */
  number(x: number, dtype: ElementType = 'float32'): Value {
    return this.graph.scalar(x, dtype);
  }

  /** A vector of int64, as ONNX wants shapes and axes. */
  longs(numbers: readonly number[]): Value {
    return this.graph.numbers(numbers, 'int64');
  }

  unary(op: string, x: Value, attributes: Attributes = {}): Value {
    return this.op(op, [x], x, attributes);
  }

  /** An elementwise operator on broadcast operands. */
  binary(op: string, a: Value, b: Value, attributes: Attributes = {}): Value {
    return this.op(op, [a, b], { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype }, attributes);
  }

  /** An elementwise operator whose result is `bool`. */
  test(op: string, ...operands: readonly Value[]): Value {
    return this.op(op, operands, { shape: broadcastShapes(...operands.map((x) => x.shape)), dtype: 'bool' });
  }

  where(condition: Value, yes: Value, no: Value): Value {
    const shape = broadcastShapes(condition.shape, yes.shape, no.shape);
    if (yes.dtype !== 'bool') return this.op('Where', [condition, yes, no], { shape, dtype: yes.dtype });
    const chosen = this.test('And', condition, yes);
    return this.test('Or', chosen, this.test('And', this.test('Not', condition), no));
  }

  cast(x: Value, dtype: ElementType): Value {
    return x.dtype === dtype ? x : this.op('Cast', [x], { shape: x.shape, dtype }, { to: dtype });
  }

  reshape(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    return this.op('Reshape', [x, this.longs(shape)], { shape, dtype: x.dtype }, { allowzero: 1 });
  }

  transpose(x: Value, perm: readonly number[]): Value {
    if (perm.every((from, to) => from === to)) return x;
    return this.op('Transpose', [x], { shape: permute(x.shape, perm), dtype: x.dtype }, { perm });
  }

  expand(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    return this.op('Expand', [x, this.longs(shape)], { shape, dtype: x.dtype });
  }

  /** ReduceSum and its kin; `axes` as tfjs gives them. */
  reduce(op: string, x: Value, axes: number | readonly number[] | undefined, keepDims: boolean): Value {
    const over = normalizeAxes(axes, x.shape.length);
    if (over.length === 0) return x;
    const shape = reducedShape(x.shape, over, keepDims);
    const parts =
      over.length === x.shape.length && /Sum|Mean/.test(op) ? halves(elementCount(x.shape)) : undefined;
    if (parts) {
      // Rows first, then their sums: rounding errors grow with the length of a run.
      const rows = this.reduce(op, this.reshape(x, parts), 1, false);
      return this.reshape(this.reduce(op, rows, 0, false), shape);
    }
    return this.op(op, [x, this.longs(over)], { shape, dtype: x.dtype }, { keepdims: keepDims ? 1 : 0 });
  }

  concat(values: readonly Value[], axis: number): Value {
    const first = values[0] as Value;
    if (values.length === 1) return first;
    const total = values.reduce((sum, value) => sum + (value.shape[axis] as number), 0);
    const shape = first.shape.map((extent, i) => (i === axis ? total : extent));
    return this.op('Concat', values, { shape, dtype: first.dtype }, { axis });
  }

  /** Elements `starts`, `starts + steps`, ... of every axis, `sizes` of them. */
  slice(x: Value, starts: readonly number[], sizes: readonly number[], steps = starts.map(() => 1)): Value {
    if (sameShape(x.shape, sizes) && steps.every((step) => step === 1)) return x;
    const ends = starts.map((start, i) => {
      const end = start + (sizes[i] as number) * (steps[i] as number);
      return end < 0 ? -(x.shape[i] as number) - 1 : end;
    });
    const axes = starts.map((_, i) => i);
    const operands = [x, this.longs(starts), this.longs(ends), this.longs(axes), this.longs(steps)];
    return this.op('Slice', operands, { shape: sizes, dtype: x.dtype });
  }

  gather(x: Value, indices: Value, axis: number): Value {
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return this.op('Gather', [x, indices], { shape, dtype: x.dtype }, { axis });
  }

  /** `alpha A B + C` of matrices, each of the first two transposed on request. */
  gemm(a: Value, b: Value, transA = false, transB = false, c?: Value): Value {
    const rows = a.shape[transA ? 1 : 0] as number;
    const columns = b.shape[transB ? 0 : 1] as number;
    return this.op(
      'Gemm',
      c ? [a, b, c] : [a, b],
      { shape: [rows, columns], dtype: a.dtype },
      {
        transA: transA ? 1 : 0,
        transB: transB ? 1 : 0,
      },
    );
  }
}

/** Two factors of about the same size, for counts where one long sum would lose digits. */
function halves(count: number): [number, number] | undefined {
  if (count < 4096) return undefined;
  for (let rows = Math.floor(Math.sqrt(count)); rows > 15; rows--)
    if (count % rows === 0) return [rows, count / rows];
  return undefined;
}
