import { elementCount } from '../../graph/element-type.js';
import type { ElementType, TensorArray } from '../../graph/element-type.js';
import type { Attribute, Graph, Node, Value } from '../../graph/graph.js';
import { isSubgraph } from '../../graph/graph.js';
import { ProtobufWriter } from './protobuf.js';

/** The ONNX operator set that is written. */
export const opset = 18;
const irVersion = 8;
/** Constants with more elements than this are made by the runtime instead of being stored element by element. */
const storedElements = 1024;

const typeCodes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

/** Attributes that ONNX types as float even when the number is whole. */
const floatAttributes = new Set([
  'alpha',
  'beta',
  'gamma',
  'epsilon',
  'bias',
  'extrapolation_value',
  'cubic_coeff_a',
  'scale',
]);

/** How a model is written. */
export interface ModelOptions {
  /** A name for an axis of an input or output whose extent is left open. */
  readonly symbolicAxis?: (name: string, axis: number) => string | undefined;
  /** Adds a first output of this name that is a sequence of one number. */
  readonly sequenceOutput?: string;
}

/** Serialises a graph of ONNX operators as an ONNX model. */
export function toModel(graph: Graph, options: ModelOptions = {}): Uint8Array {
  const writer = new ProtobufWriter();
  const domains = new Set<string>();
  collectDomains(graph, domains);
  writer.int(1, irVersion).string(2, 'espalier').string(3, '0.1.0');
  writer.message(7, (body) => new GraphWriter(new Namer(), options).write(body, graph, 'step'));
  writer.message(8, (id) => id.string(1, '').int(2, opset));
  for (const domain of domains) writer.message(8, (id) => id.string(1, domain).int(2, 1));
  return writer.finish();
}

/** The name that the node at `index` of a graph is written under. */
export function nodeName({ op, origin }: Node, index: number): string {
  return `${op}_${index}${origin === '' ? '' : `: ${origin}`}`;
}

function collectDomains(graph: Graph, domains: Set<string>): void {
  for (const node of graph.nodes) {
    if (node.domain !== undefined) domains.add(node.domain);
    for (const attribute of Object.values(node.attributes))
      if (isSubgraph(attribute)) collectDomains(attribute.graph, domains);
  }
}

/** Gives every value a name that no other has. */
class Namer {
  readonly #names = new Map<Value, string>();
  readonly #taken = new Set<string>();
  #next = 0;

  of(value: Value): string {
    let name = this.#names.get(value);
    if (name === undefined) this.#names.set(value, (name = this.fresh('v')));
    return name;
  }

  fresh(prefix: string): string {
    let name = `${prefix}${this.#next++}`;
    while (this.#taken.has(name)) name = `${prefix}${this.#next++}`;
    return name;
  }

  /** Gives `value` the name `name`, unless it has one already. */
  reserve(value: Value, name: string): boolean {
    this.#taken.add(name);
    if (this.#names.has(value)) return false;
    this.#names.set(value, name);
    return true;
  }

  has(value: Value): boolean {
    return this.#names.has(value);
  }
}

class GraphWriter {
  #count = 0;

  readonly #namer: Namer;
  readonly #options: ModelOptions;

  constructor(namer: Namer, options: ModelOptions) {
    this.#namer = namer;
    this.#options = options;
  }

  write(writer: ProtobufWriter, graph: Graph, name: string): void {
    const namer = this.#namer;
    for (const { name, value } of graph.inputs) namer.reserve(value, name);
    // An output that is an input, a constant, or another output under a second name needs a node of its own.
    const copies = graph.outputs.filter(({ name, value }) => !(value.producer && namer.reserve(value, name)));
    const constants = new Set<Value>();
    for (const node of graph.nodes) {
      for (const value of node.inputs) this.#constant(writer, value, constants);
      writer.message(1, (body) => this.#node(body, node));
    }
    for (const { name, value } of copies) {
      this.#constant(writer, value, constants);
      const input = namer.of(value);
      writer.message(1, (body) => body.string(1, input).string(2, name).string(4, 'Identity'));
    }
    writer.string(2, name);
    if (this.#options.sequenceOutput !== undefined) this.#sequence(writer, this.#options.sequenceOutput);
    for (const { name, value } of graph.inputs) writer.message(11, (info) => this.#info(info, name, value));
    for (const { name, value } of graph.outputs) writer.message(12, (info) => this.#info(info, name, value));
  }

  #sequence(writer: ProtobufWriter, name: string): void {
    const element = this.#namer.fresh('element');
    writer.message(5, (tensor) => writeTensor(tensor, 'float32', [], Float32Array.of(0), element));
    writer.message(1, (node) => node.string(1, element).string(2, name).string(4, 'SequenceConstruct'));
    writer.message(12, (info) =>
      info
        .string(1, name)
        .message(2, (type) =>
          type.message(4, (sequence) =>
            sequence.message(1, (inner) =>
              inner.message(1, (tensor) => tensor.int(1, typeCodes.float32).message(2, () => undefined)),
            ),
          ),
        ),
    );
  }

  #constant(writer: ProtobufWriter, value: Value | undefined, done: Set<Value>): void {
    if (!value?.constant || done.has(value) || this.#namer.has(value)) return;
    done.add(value);
    const name = this.#namer.of(value);
    const { data } = value.constant;
    const count = elementCount(value.shape);
    if (count <= storedElements || data.length === count) {
      writer.message(5, (tensor) => writeTensor(tensor, value.dtype, value.shape, spread(data, count), name));
      return;
    }
    const shape = this.#namer.fresh('shape');
    const dims = BigInt64Array.from(value.shape, BigInt);
    writer.message(5, (tensor) => writeTensor(tensor, 'int64', [dims.length], dims, shape));
    writer.message(1, (node) => {
      node.string(1, shape).string(2, name).string(4, 'ConstantOfShape');
      node.message(5, (attribute) => {
        attribute.string(1, 'value').message(5, (tensor) => writeTensor(tensor, value.dtype, [1], data, ''));
        attribute.int(20, 4);
      });
    });
  }

  #node(writer: ProtobufWriter, node: Node): void {
    for (const value of node.inputs) writer.string(1, value ? this.#namer.of(value) : '');
    for (const value of node.outputs) writer.string(2, this.#namer.of(value));
    writer.string(3, nodeName(node, this.#count++));
    writer.string(4, node.op);
    for (const [name, value] of Object.entries(node.attributes))
      if (value !== undefined) writer.message(5, (body) => this.#attribute(body, name, value));
    if (node.domain !== undefined) writer.string(7, node.domain);
  }

  #attribute(writer: ProtobufWriter, name: string, value: Attribute): void {
    writer.string(1, name);
    if (isSubgraph(value)) {
      writer.message(6, (body) => new GraphWriter(this.#namer, {}).write(body, value.graph, name)).int(20, 5);
    } else if (name === 'to') writer.int(3, typeCodes[value as ElementType]).int(20, 2);
    else if (typeof value === 'string') writer.string(4, value).int(20, 3);
    else if (Array.isArray(value)) writer.ints(8, value as number[]).int(20, 7);
    else if (floatAttributes.has(name)) writer.float(2, value as number).int(20, 1);
    else writer.int(3, Number(value)).int(20, 2);
  }

  #info(writer: ProtobufWriter, name: string, value: Value): void {
    writer.string(1, name).message(2, (type) =>
      type.message(1, (tensor) => {
        tensor.int(1, typeCodes[value.dtype]).message(2, (shape) =>
          value.shape.forEach((extent, axis) =>
            shape.message(1, (dim) => {
              const symbol = this.#options.symbolicAxis?.(name, axis);
              if (symbol === undefined) dim.int(1, extent);
              else dim.string(2, symbol);
            }),
          ),
        );
      }),
    );
  }
}

function spread(data: TensorArray, count: number): TensorArray {
  if (data.length === count) return data;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const all = new Uint8Array(bytes.length * count);
  for (let i = 0; i < count; i++) all.set(bytes, i * bytes.length);
  return all;
}

function writeTensor(
  writer: ProtobufWriter,
  dtype: ElementType,
  shape: readonly number[],
  data: TensorArray,
  name: string,
): void {
  // Lists that no packed field holds: an empty one is left out.
  if (shape.length > 0) writer.ints(1, shape);
  writer.int(2, typeCodes[dtype]);
  if (name !== '') writer.string(8, name);
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
