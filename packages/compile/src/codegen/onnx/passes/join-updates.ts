import type { Graph } from '../../../graph/graph.js';
import { hoistConcat } from './hoist-concat.js';
import type { FlatTensor } from './flat-tensors.js';
import { flattenInputs, flattenOutputs } from './flat-tensors.js';
import { simplifyOperators } from './simplify-operators.js';
import { similarUpdates } from './similar-updates.js';

/** A graph with its small state tensors packed. */
export interface JoinedUpdates {
  readonly graph: Graph;
  /** Input names by the name of the output that replaces them, packs in place of their members. */
  readonly carry: ReadonlyMap<string, string>;
  /** What lies in each packed input. */
  readonly packs: readonly FlatTensor[];
}

/**
 * Packs small state tensors that are updated alike, and updates them together.
 *
 * @param carry Input names by the name of the output that replaces them.
 */
export function joinUpdates(graph: Graph, carry: ReadonlyMap<string, string>): JoinedUpdates {
  const packs = similarUpdates(graph, carry);
  if (packs.length === 0) return { graph, carry, packs };
  const outputOf = new Map([...carry].map(([output, input]) => [input, output]));
  const packed = new Map(carry);
  let now = graph;
  for (const pack of packs) {
    const outputs = pack.members.map((member) => outputOf.get(member) as string);
    const next = `next/${pack.name}`;
    now = flattenOutputs(flattenInputs(now, pack), { name: next, members: outputs });
    for (const output of outputs) packed.delete(output);
    packed.set(next, pack.name);
  }
  return { graph: simplifyOperators(hoistConcat(now)), carry: packed, packs };
}
