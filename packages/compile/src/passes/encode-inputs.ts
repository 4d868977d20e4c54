import { GraphBuilder } from '../graph/builder.js';
import type { Spec } from '../graph/builder.js';
import { elementCount } from '../graph/element-type.js';
import type { Attributes, Graph, Value } from '../graph/graph.js';
import { replaceInputs } from '../graph/replace-values.js';

/** How bytes become numbers: `byte * scale + offset`. */
export interface ByteScale {
  readonly scale: number;
  readonly offset: number;
}

/** The form in which an input is fed. */
export interface InputEncoding {
  /** As bytes, which become numbers inside: a quarter of the memory is moved. */
  readonly bytes?: ByteScale;
  /**
   * As rows of a whole array `[total, ...]`: the input takes the whole, and a further input `rows/<name>` the numbers of the
   * rows, so that a batch is gathered inside and nothing is copied for it in JavaScript.
   */
  readonly rows?: { readonly total: number };
}

/** Forms by input name; inputs that are not in it are fed as they are. */
export type InputEncodings = ReadonlyMap<string, InputEncoding>;

/** The input that takes the row numbers of the encoded input `name`. */
export function rowsInput(name: string): string {
  return `rows/${name}`;
}

/** Makes inputs of a graph of TensorFlow.js kernels take another form, and decodes them inside. */
export function encodeInputs(graph: Graph, encodings: InputEncodings): Graph {
  const decoder = new Decoder();
  const replaced = new Map<Value, Value>();
  for (const { name, value } of graph.inputs) {
    const encoding = encodings.get(name);
    if (encoding) replaced.set(value, decoder.decoded(name, value, encoding));
  }
  return replaceInputs(graph, decoder.builder, replaced);
}

class Decoder {
  readonly builder = new GraphBuilder();

  constructor() {
    this.builder.origin = 'data';
  }

  /** What the function sees as the input. */
  decoded(name: string, value: Value, { bytes, rows }: InputEncoding): Value {
    const dtype = bytes ? 'uint8' : value.dtype;
    const flat = [elementCount(value.shape)];
    const batch = value.shape[0]!;
    let now = rows
      ? this.#reshaped(
          this.#taken(name, dtype, rows.total, batch, flat[0]! / batch),
          bytes ? flat : value.shape,
        )
      : this.builder.input(name, { shape: flat, dtype });
    if (bytes) {
      now = this.#numbers(now, bytes);
      // Last: ONNX Runtime takes its time over shapes that end in 1.
      now = this.#reshaped(now, value.shape);
    }
    return now;
  }

  #taken(name: string, dtype: Spec['dtype'], total: number, batch: number, row: number): Value {
    const whole = this.builder.input(name, { shape: [total, row], dtype });
    const numbers = this.builder.input(rowsInput(name), { shape: [batch], dtype: 'int32' });
    const output = { shape: [batch, row], dtype };
    return this.#add('GatherV2', { x: whole, indices: numbers }, { axis: 0, batchDims: 0 }, output);
  }

  #numbers(bytes: Value, { scale, offset }: ByteScale): Value {
    const spec = { shape: bytes.shape, dtype: 'float32' } as const;
    let now = this.#add('Cast', { x: bytes }, { dtype: 'float32' }, spec);
    const { builder } = this;
    if (scale !== 1) now = this.#add('Multiply', { a: now, b: builder.scalar(scale) }, {}, spec);
    if (offset !== 0) now = this.#add('Add', { a: now, b: builder.scalar(offset) }, {}, spec);
    return now;
  }

  #reshaped(x: Value, shape: readonly number[]): Value {
    return this.#add('Reshape', { x }, { shape }, { shape, dtype: x.dtype });
  }

  #add(op: string, operands: Record<string, Value>, attributes: Attributes, output: Spec): Value {
    const [inputNames, inputs] = [Object.keys(operands), Object.values(operands)];
    return this.builder.add({ op, inputs, inputNames, attributes, outputs: [output] })[0] as Value;
  }
}
