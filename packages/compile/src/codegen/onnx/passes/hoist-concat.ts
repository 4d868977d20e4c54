import { GraphBuilder } from '../../../graph/builder.js';
import { elementCount } from '../../../graph/element-type.js';
import type { Graph, Node, Value } from '../../../graph/graph.js';
import { sameShape } from '../../../graph/shapes.js';
import { broadcastingOps, unaryOps } from './broadcasting.js';
import { uniformNumber } from './fold-constants.js';

/**
 * Computes once over packed tensors what was computed member by member: where a flat tensor is joined from results of the same
 * elementwise operation, the operands are joined instead, back to where they were split from.
 *
 * An optimizer's update of twenty small tensors thus becomes one update of one tensor, with the same bits.
 */
export function hoistConcat(graph: Graph): Graph {
  const hoisting = new Hoisting();
  const outputs = graph.outputs.map(({ name, value }) => ({
    name,
    value: isFlatConcat(value.producer) ? hoisting.join(value.producer.inputs as readonly Value[]) : value,
  }));
  const nodes =
    inOrder(
      outputs.map(({ value }) => value),
      hoisting.pieces(),
    ) ??
    inOrder(
      outputs.map(({ value }) => value),
      new Map(),
    );
  return nodes ? { inputs: graph.inputs, ...nodes, outputs: renamed(outputs, nodes.values) } : graph;
}

function isFlatConcat(node: Node | undefined): node is Node {
  return node?.op === 'Concat' && node.inputs.length > 1 && node.outputs[0]?.shape.length === 1;
}

class Hoisting {
  readonly #builder = new GraphBuilder();
  readonly #ids = new Map<Value, number>();
  readonly #joined = new Map<string, Value>();
  /** Members whose joint computation stands now, and that computation. */
  readonly #computed: { members: readonly Value[]; value: Value }[] = [];

  /** One flat tensor of all members. */
  join(flat: readonly Value[]): Value {
    const members = flat.map((value) => unflattened(value));
    const key = members.map((value) => this.#id(value)).join();
    const known = this.#joined.get(key);
    if (known) return known;
    const value = wholeSplit(members) ?? this.#compute(members) ?? this.#concat(members);
    this.#joined.set(key, value);
    return value;
  }

  /** For each member that may still be read by others: a way to get it from the joint result. */
  pieces(): Map<Value, Value> {
    const pieces = new Map<Value, Value>();
    for (const { members, value } of this.#computed) {
      const sizes = members.map(({ shape }) => elementCount(shape));
      this.#builder.origin = value.producer?.origin ?? '';
      const parts = this.#builder.add({
        op: 'Split',
        inputs: [value, this.#builder.numbers(sizes, 'int64')],
        attributes: { axis: 0 },
        outputs: sizes.map((size) => ({ shape: [size], dtype: 'float32' as const })),
      });
      members.forEach((member, i) => pieces.set(member, this.#reshape(parts[i] as Value, member.shape)));
    }
    return pieces;
  }

  #compute(members: readonly Value[]): Value | undefined {
    const nodes = members.map((value) => value.producer);
    const [first] = nodes;
    if (!first || (!broadcastingOps.has(first.op) && !unaryOps.has(first.op))) return undefined;
    const attributes = JSON.stringify(first.attributes);
    const alike = nodes.every(
      (node) =>
        node?.op === first.op &&
        node.inputs.length === first.inputs.length &&
        JSON.stringify(node.attributes) === attributes,
    );
    if (!alike || members.some(({ dtype }) => dtype !== 'float32')) return undefined;
    const operands = first.inputs.map((_, j) => members.map(({ producer }) => producer?.inputs[j] as Value));
    if (!operands.every((list) => this.#shared(list) !== undefined || isWhole(list, members)))
      return undefined;
    const inputs = operands.map((list) => this.#shared(list) ?? this.join(list));
    const length = members.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    const [value] = this.#builder.add({ ...first, inputs, outputs: [{ shape: [length], dtype: 'float32' }] });
    this.#computed.push({ members, value: value as Value });
    return value;
  }

  /** The one number that all members have as this operand, as a scalar. */
  #shared(list: readonly Value[]): Value | undefined {
    const [first] = list as readonly [Value];
    const number = uniformNumber(first);
    if (number !== undefined)
      return list.every((value) => Object.is(uniformNumber(value), number))
        ? { ...first, shape: [] }
        : undefined;
    if (elementCount(first.shape) !== 1 || !list.every((value) => value === first)) return undefined;
    return this.#reshape(first, []);
  }

  #concat(members: readonly Value[]): Value {
    const flat = members.map((value) => this.#reshape(value, [elementCount(value.shape)]));
    const length = flat.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
    this.#builder.origin = members[0]?.producer?.origin ?? '';
    const outputs = [{ shape: [length], dtype: 'float32' as const }];
    return this.#builder.add({ op: 'Concat', inputs: flat, attributes: { axis: 0 }, outputs })[0] as Value;
  }

  #reshape(value: Value, shape: readonly number[]): Value {
    if (sameShape(value.shape, shape)) return value;
    const target = this.#builder.numbers(shape, 'int64');
    const outputs = [{ shape, dtype: value.dtype }];
    return this.#builder.add({
      op: 'Reshape',
      inputs: [value, target],
      attributes: { allowzero: 1 },
      outputs,
    })[0] as Value;
  }

  #id(value: Value): number {
    const id = this.#ids.get(value) ?? this.#ids.size;
    this.#ids.set(value, id);
    return id;
  }
}

/** What a flat value was before it was flattened. */
function unflattened(value: Value): Value {
  return value.producer?.op === 'Reshape' ? (value.producer.inputs[0] as Value) : value;
}

/** The tensor that the members are all the pieces of, in order. */
function wholeSplit(members: readonly Value[]): Value | undefined {
  const pieces = members.map(unflattened);
  const node = pieces[0]?.producer;
  if (node?.op !== 'Split' || node.outputs.length !== members.length) return undefined;
  return node.outputs.every((piece, i) => piece === pieces[i]) ? (node.inputs[0] as Value) : undefined;
}

/** True where an operand has an element for each of the result. */
function isWhole(list: readonly Value[], members: readonly Value[]): boolean {
  return list.every(
    (value, i) => value.dtype === 'float32' && sameShape(value.shape, (members[i] as Value).shape),
  );
}

interface Ordered {
  readonly nodes: Node[];
  readonly values: ReadonlyMap<Value, Value>;
}

/** All nodes that the outputs need, operands first, with `pieces` in place of the values they stand for. */
function inOrder(outputs: readonly Value[], pieces: ReadonlyMap<Value, Value>): Ordered | undefined {
  const nodes: Node[] = [];
  const values = new Map<Value, Value>();
  const state = new Map<Node, 'open' | 'done'>();
  const visit = (given: Value): boolean => {
    const value = pieces.get(given) ?? given;
    const node = value.producer;
    if (!node) return true;
    if (state.get(node) === 'done') return true;
    // A member needs the joint result, and that the member: there is no order.
    if (state.get(node) === 'open') return false;
    state.set(node, 'open');
    for (const input of node.inputs) if (input && !visit(input)) return false;
    const inputs = node.inputs.map(
      (input) => input && (values.get(pieces.get(input) ?? input) ?? pieces.get(input) ?? input),
    );
    if (inputs.every((input, i) => input === node.inputs[i])) nodes.push(node);
    else {
      const twins: Value[] = [];
      const twin: Node = { ...node, inputs, outputs: twins };
      for (const old of node.outputs) {
        const changed: Value = { ...old, producer: twin };
        twins.push(changed);
        values.set(old, changed);
      }
      nodes.push(twin);
    }
    state.set(node, 'done');
    return true;
  };
  if (!outputs.every(visit)) return undefined;
  for (const [member, piece] of pieces) values.set(member, values.get(piece) ?? piece);
  return { nodes, values };
}

function renamed(outputs: Graph['outputs'], values: ReadonlyMap<Value, Value>): Graph['outputs'] {
  return outputs.map(({ name, value }) => ({ name, value: values.get(value) ?? value }));
}
