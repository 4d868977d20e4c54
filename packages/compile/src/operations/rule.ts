import { GraphBuilder } from '../graph/builder.js';
import type { Spec } from '../graph/builder.js';
import type { Node, Value } from '../graph/graph.js';
import { OnnxBuilder } from '../codegen/onnx/onnx-builder.js';

/** One call of a tfjs kernel: its operands by tfjs's names, and its attributes. */
export class KernelCall {
  readonly #names: readonly string[];
  readonly #attributes: Readonly<Record<string, unknown>>;

  constructor(
    readonly kernel: string,
    readonly inputs: readonly Value[],
    names: readonly string[],
    attributes: Readonly<Record<string, unknown>>,
  ) {
    this.#names = names;
    this.#attributes = attributes;
  }

  static of(node: Node): KernelCall {
    return new KernelCall(node.op, node.inputs as readonly Value[], node.inputNames ?? [], node.attributes);
  }

  /** The operand of that name. */
  input(name: string): Value {
    const value = this.optional(name);
    if (!value) throw new Error(`Kernel ${this.kernel} was called without its operand "${name}".`);
    return value;
  }

  optional(name: string): Value | undefined {
    return this.inputs[this.#names.indexOf(name)];
  }

  /** The attribute of that name, as tfjs types it. */
  attribute<T>(name: string): T {
    return this.#attributes[name] as T;
  }
}

/** What is known about one tfjs kernel: the shapes it makes, and how ONNX says it. */
export interface KernelRule {
  /** Shape and element type of each output. */
  infer(call: KernelCall): Spec | readonly Spec[];
  /** The same computation in ONNX operators; outputs in tfjs's layout and element types. */
  lower(call: KernelCall, onnx: OnnxBuilder): Value | readonly Value[];
}

/** Rules by tfjs kernel name. */
export type KernelRules = Readonly<Record<string, KernelRule>>;

/** A rule whose shapes are those that its lowering makes. */
export function byLowering(lower: KernelRule['lower']): KernelRule {
  return { infer: (call) => lower(call, new OnnxBuilder(new GraphBuilder())), lower };
}
