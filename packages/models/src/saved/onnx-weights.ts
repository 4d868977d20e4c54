import type { HostArray, HostArrays } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { ELEMENT_TYPES } from './element-types.js';
import { type Field, fieldsOf, integersOf } from './protobuf.js';
import { refuse } from './refuse.js';

const SCOPE = 'onnx-weights';

/** Numbers of fields in onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = {
  dims: 1,
  type: 2,
  floats: 4,
  integers: 5,
  longs: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  location: 14,
};

/** Our names of ONNX' types of elements. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  4: 'U16',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  16: 'BF16',
};

/**
 * Reads the weights of an ONNX model: its initializers, by their names and in their own layouts. Float types become float32 (float16
 * and bfloat16 exactly), integers and booleans int32. What the model computes is not read.
 *
 * Models that PyTorch exported keep the names of its modules (`fc1.weight`), so that `torchWeights` brings them into TensorFlow.js'
 * layouts. Before memory is taken, sizes are checked against the bytes that are there.
 *
 * @param bytes A whole file, with its weights inside.
 * @returns Arrays by name, as `torchWeights` and `loadWeights` take them.
 * @throws EspalierError `invalid-data` for bytes that are no ONNX model, weights that lie in another file, an element type that has no
 *   counterpart, an integer beyond int32, or a tensor that has not as many numbers as its shape says.
 * @example
 * ```ts
 * declare const bytes: Uint8Array;
 * loadWeights(model, torchWeights(readOnnxWeights(bytes), { fc1: 'hidden_1', fc2: 'output' }));
 * ```
 * Source: onnx.proto of ONNX, `ModelProto`, `GraphProto` and `TensorProto`.
 */
export function readOnnxWeights(bytes: Uint8Array): HostArrays {
  if (!(bytes instanceof Uint8Array)) refuse(SCOPE, `bytes must be a Uint8Array, got ${describe(bytes)}.`);
  const graphs = [...fieldsOf(bytes, SCOPE)].filter(({ number }) => number === MODEL_GRAPH);
  if (graphs.length !== 1)
    refuse(SCOPE, `it must have one graph, and has ${graphs.length}: is it an ONNX model?`);
  const tensors = new Map<string, HostArray>();
  for (const field of fieldsOf(bytesOf(graphs[0]!), SCOPE)) {
    if (field.number !== GRAPH_INITIALIZER) continue;
    const [name, array] = tensorOf(bytesOf(field));
    if (tensors.has(name)) refuse(SCOPE, `it has two tensors '${name}'.`);
    tensors.set(name, array);
  }
  return Object.fromEntries(tensors);
}

function tensorOf(message: Uint8Array): [name: string, array: HostArray] {
  const fields = [...fieldsOf(message, SCOPE)];
  const of = (number: number): Field[] => fields.filter((field) => field.number === number);
  const last = (number: number): Field | undefined => of(number).at(-1);
  const nameBytes = last(TENSOR.name);
  const name = nameBytes ? new TextDecoder().decode(bytesOf(nameBytes)) : '';
  if (name === '') refuse(SCOPE, 'it has a tensor without a name.');
  const numberOf = (field: Field | undefined): number =>
    field && typeof field.value === 'bigint' ? Number(field.value) : 0;
  if (numberOf(last(TENSOR.location)) === 1)
    refuse(
      SCOPE,
      `'${name}' lies in another file; export the model with its weights inside (no external data).`,
    );
  const type = TYPES[numberOf(last(TENSOR.type))];
  if (type === undefined) {
    const known = Object.keys(TYPES).join(', ');
    refuse(SCOPE, `'${name}' has element type ${numberOf(last(TENSOR.type))}; known are ${known}.`);
  }
  const shape = of(TENSOR.dims).flatMap((field) => [...integersOf(field, SCOPE)].map(Number));
  const count = shape.reduce((product, side) => product * side, 1);
  if (shape.some((side) => side < 0) || !Number.isSafeInteger(count))
    refuse(SCOPE, `'${name}' has no shape of whole numbers: [${shape.join(', ')}].`);
  const { size, read } = ELEMENT_TYPES[type!]!;
  const stored = storedBytes(of, type!, size);
  if (stored.length !== count * size)
    refuse(
      SCOPE,
      `'${name}' [${shape.join(', ')}] needs ${count * size} bytes of ${type}, and has ${stored.length}.`,
    );
  const data = read(new DataView(stored.buffer, stored.byteOffset, stored.length), count, SCOPE);
  return [name, { data, shape, dtype: data instanceof Float32Array ? 'float32' : 'int32' }];
}

/** The elements as bytes: raw ones, or those of the field that the type has. */
function storedBytes(of: (number: number) => Field[], type: string, size: number): Uint8Array {
  const raw = of(TENSOR.raw).at(-1);
  if (raw) return bytesOf(raw);
  if (type === 'F32' || type === 'F64')
    return joined(of(type === 'F32' ? TENSOR.floats : TENSOR.doubles).map(bytesOf));
  const values = of(type === 'I64' ? TENSOR.longs : TENSOR.integers).flatMap((field) => [
    ...integersOf(field, SCOPE),
  ]);
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => view.setBigInt64(8 * i, value, true));
  const bytes = new Uint8Array(view.buffer);
  return joined(values.map((_, i) => bytes.subarray(8 * i, 8 * i + size)));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function bytesOf({ value }: Field): Uint8Array {
  if (typeof value === 'bigint') refuse(SCOPE, 'it has a number where bytes must be: is it an ONNX model?');
  return value as Uint8Array;
}
