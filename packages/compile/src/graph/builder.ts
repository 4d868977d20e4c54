import type { ElementType, TensorArray } from './element-type.js';
import { fromNumbers } from './element-type.js';
import type { Attributes, Graph, NamedValue, Node, Value } from './graph.js';

/** Shape and element type of a value. */
export interface Spec {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
}

/** The parts of a node to be added. */
export interface NodeParts {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly inputNames?: readonly string[];
  readonly attributes?: Attributes;
  readonly outputs: readonly Spec[];
  /** The builder's current origin where left out. */
  readonly origin?: string;
}

/** Makes a graph node by node. */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly inputs: NamedValue[] = [];
  /** The origin of nodes that name none. */
  origin = '';

  input(name: string, spec: Spec): Value {
    const value: Value = { shape: [...spec.shape], dtype: spec.dtype, input: name };
    this.inputs.push({ name, value });
    return value;
  }

  /** A constant from typed data: as many elements as the shape holds, or one for all. */
  constant(data: TensorArray, shape: readonly number[], dtype: ElementType): Value {
    return { shape: [...shape], dtype, constant: { data: uniform(data) ? data.slice(0, 1) : data } };
  }

  /** A constant from plain numbers; its shape is a vector's unless given. */
  numbers(numbers: ArrayLike<number>, dtype: ElementType = 'float32', shape?: readonly number[]): Value {
    return this.constant(fromNumbers(dtype, numbers), shape ?? [numbers.length], dtype);
  }

  /** One number as a scalar, or spread over a shape. */
  scalar(number: number, dtype: ElementType = 'float32', shape: readonly number[] = []): Value {
    return { shape: [...shape], dtype, constant: { data: fromNumbers(dtype, [number]) } };
  }

  /** Adds a node and gives its outputs. */
  add(parts: NodeParts): readonly Value[] {
    const outputs: Value[] = [];
    const node: Node = {
      op: parts.op,
      ...(parts.domain === undefined ? {} : { domain: parts.domain }),
      inputs: parts.inputs,
      ...(parts.inputNames === undefined ? {} : { inputNames: parts.inputNames }),
      attributes: parts.attributes ?? {},
      outputs,
      origin: parts.origin ?? this.origin,
    };
    for (const { shape, dtype } of parts.outputs) outputs.push({ shape: [...shape], dtype, producer: node });
    this.nodes.push(node);
    return outputs;
  }

  finish(outputs: readonly NamedValue[]): Graph {
    return { inputs: this.inputs, outputs: [...outputs], nodes: this.nodes };
  }
}

/** True when every element has the same bits. */
function uniform(data: TensorArray): boolean {
  const first = data[0];
  if (data.length < 2) return data.length === 1;
  // Object.is keeps -0 and 0 apart.
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], first)) return false;
  return true;
}
