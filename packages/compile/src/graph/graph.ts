import type { ElementType, TensorArray } from './element-type.js';

/** Numbers known when the graph is made. A `data` of length 1 stands for every element of the shape. */
export interface Constant {
  readonly data: TensorArray;
}

/** One tensor of a graph: made by exactly one node, or an input, or a constant. */
export interface Value {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  /** The node that makes it; absent for inputs and constants. */
  readonly producer?: Node;
  /** Its numbers, for constants. */
  readonly constant?: Constant;
  /** Its name, for graph inputs. */
  readonly input?: string;
}

/** What an attribute of a node may hold. */
export type Attribute =
  string | number | boolean | readonly number[] | readonly (readonly number[])[] | Subgraph;
/** The attributes of a node by name. */
export type Attributes = Readonly<Record<string, Attribute | undefined>>;

/** A graph inside a node, e.g. the body of a Scan. */
export interface Subgraph {
  readonly graph: Graph;
}

/** One operation. */
export interface Node {
  /** A tfjs kernel name in a traced graph, an ONNX operator in a lowered one. */
  readonly op: string;
  /** The operator set, when it is not ONNX's own. */
  readonly domain?: string;
  /** Operands in order; `undefined` where an optional one is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** What each operand is called, in traced graphs. */
  readonly inputNames?: readonly string[];
  readonly attributes: Attributes;
  readonly outputs: Value[];
  /** Where it came from: layer, loss, plugin. */
  readonly origin: string;
}

/** A value under the name that callers know it by. */
export interface NamedValue {
  readonly name: string;
  readonly value: Value;
}

/** A program in single assignment form: every value is made once, and nodes come after what they use. */
export interface Graph {
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  readonly nodes: readonly Node[];
}

/** True for an attribute that holds a graph. */
export function isSubgraph(attribute: Attribute | undefined): attribute is Subgraph {
  return typeof attribute === 'object' && attribute !== null && 'graph' in attribute;
}
