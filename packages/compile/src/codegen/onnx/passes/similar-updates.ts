import { elementCount } from '../../../graph/element-type.js';
import type { Graph, Value } from '../../../graph/graph.js';
import { broadcastingOps, unaryOps } from './broadcasting.js';
import { uniformNumber } from './fold-constants.js';
import type { FlatTensor } from './flat-tensors.js';
import { freshName } from './flat-tensors.js';

/** State tensors of at most this many elements are packed: above, copying them costs more than passing them alone. */
const mostElements = 32768;

/** One state tensor that a graph reads and writes. */
interface Carried {
  readonly input: string;
  readonly value: Value;
  readonly result: Value;
}

/**
 * Finds state tensors that are updated in the same way, e.g. all small parameters, and all their first moments.
 *
 * Tensors whose updates depend on each other element by element (a parameter and its slots) form a family; families that are
 * computed alike are packed together, tensor by tensor of the same role.
 *
 * @param carry Input names by the name of the output that replaces them.
 * @returns Packs of input names.
 */
export function similarUpdates(graph: Graph, carry: ReadonlyMap<string, string>): FlatTensor[] {
  const carried: Carried[] = [];
  const inputs = new Map(graph.inputs.map(({ name, value }) => [name, value]));
  for (const { name, value: result } of graph.outputs) {
    const input = carry.get(name);
    const value = input === undefined ? undefined : inputs.get(input);
    if (input === undefined || !value || !result.producer || value.dtype !== 'float32') continue;
    if (elementCount(value.shape) <= mostElements) carried.push({ input, value, result });
  }
  const groups = new Map<string, Map<string, Carried>[]>();
  for (const roles of families(carried)) {
    const key = [...roles.keys()].sort().join(' ');
    groups.set(key, [...(groups.get(key) ?? []), roles]);
  }
  const packs: FlatTensor[] = [];
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    for (const role of (group[0] as Map<string, Carried>).keys())
      packs.push({
        name: freshName(graph, `pack/${packs.length}`),
        members: group.map((roles) => (roles.get(role) as Carried).input),
      });
  }
  return packs;
}

/** Families of tensors, each by what is done to it. */
function families(carried: readonly Carried[]): Map<string, Carried>[] {
  const owner = new Map(carried.map((entry) => [entry.value, entry]));
  const parent = new Map(carried.map((entry) => [entry, entry]));
  const root = (entry: Carried): Carried => {
    let top = entry;
    while (parent.get(top) !== top) top = parent.get(top) as Carried;
    return top;
  };
  for (const entry of carried)
    for (const value of elementwiseLeaves(entry.result)) {
      const other = owner.get(value);
      if (other) parent.set(root(other), root(entry));
    }
  const shape = new Signatures(() => 'state');
  const rough = new Map(carried.map((entry) => [entry, shape.of(entry.result)]));
  const exact = new Signatures((value) => {
    const entry = owner.get(value);
    return entry ? `state ${rough.get(entry)}` : undefined;
  });
  const result = new Map<Carried, Map<string, Carried>>();
  const unclear = new Set<Carried>();
  for (const entry of carried) {
    const top = root(entry);
    const roles = result.get(top) ?? new Map<string, Carried>();
    const role = `${rough.get(entry)}.${exact.of(entry.result)}`;
    if (roles.has(role)) unclear.add(top);
    result.set(top, roles.set(role, entry));
  }
  return [...result].filter(([top]) => !unclear.has(top)).map(([, roles]) => roles);
}

const isElementwise = (value: Value): boolean =>
  value.producer !== undefined && (broadcastingOps.has(value.producer.op) || unaryOps.has(value.producer.op));

/** What a value is computed from by elementwise operations alone. */
function elementwiseLeaves(value: Value): Set<Value> {
  const leaves = new Set<Value>();
  const seen = new Set<Value>();
  const pending = [value];
  for (let now = pending.pop(); now; now = pending.pop()) {
    if (seen.has(now)) continue;
    seen.add(now);
    if (!isElementwise(now)) leaves.add(now);
    else for (const input of now.producer?.inputs ?? []) if (input) pending.push(input);
  }
  return leaves;
}

/** Equal numbers for values that are computed alike. */
class Signatures {
  readonly #known = new Map<Value, number>();
  readonly #numbers = new Map<string, number>();

  readonly #leaf: (value: Value) => string | undefined;

  constructor(leaf: (value: Value) => string | undefined) {
    this.#leaf = leaf;
  }

  of(value: Value): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const text = this.#describe(value);
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    this.#known.set(value, number);
    return number;
  }

  #describe(value: Value): string {
    const number = uniformNumber(value);
    if (number !== undefined) return `number ${number}`;
    if (isElementwise(value)) {
      const { op, attributes, inputs } = value.producer as NonNullable<Value['producer']>;
      return `${op} ${JSON.stringify(attributes)} ${inputs.map((input) => (input ? this.of(input) : '-')).join()}`;
    }
    if (elementCount(value.shape) === 1 && value.input !== undefined) return `input ${value.input}`;
    if (value.input !== undefined) return this.#leaf(value) ?? 'tensor';
    return 'tensor';
  }
}
