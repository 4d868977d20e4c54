import { elementCount } from '../../graph/element-type.js';
import type { Graph } from '../../graph/graph.js';
import type { FlatTensor } from './passes/flat-tensors.js';
import { flattenInputs, flattenOutputs } from './passes/flat-tensors.js';
import { joinUpdates } from './passes/join-updates.js';

/** A graph that is handed few tensors, and what lies in them. */
export interface FewerArguments {
  readonly graph: Graph;
  /** State entries by the name of the input that they are packed in. */
  readonly state: ReadonlyMap<string, readonly string[]>;
  /** Scalars in the input `scalars`, if it is there. */
  readonly scalars: readonly string[];
  /** Outputs in the output `sums`, if it is there. */
  readonly sums: FlatTensor['members'];
}

/** Sums larger than this are handed over by themselves. */
const mostElements = 4096;

/** Packs small state tensors, all scalars and all sums of a step: each tensor that is passed costs microseconds. */
export function fewerArguments(graph: Graph): FewerArguments {
  const carry = graph.outputs
    .filter(({ name }) => name.startsWith('next/'))
    .map(({ name }): [string, string] => [name, `state/${name.slice('next/'.length)}`]);
  const { graph: packed, packs } = joinUpdates(graph, new Map(carry));
  const scalars = packed.inputs.filter(({ name }) => name.startsWith('scalar/')).map(({ name }) => name);
  const sums = packed.outputs
    .filter(({ name, value }) => name.startsWith('sum/') && value.dtype === 'float32')
    .filter(({ value }) => elementCount(value.shape) <= mostElements)
    .map(({ name }) => name);
  let now = packed;
  if (scalars.length > 1) now = flattenInputs(now, { name: 'scalars', members: scalars });
  if (sums.length > 1) now = flattenOutputs(now, { name: 'sums', members: sums });
  return {
    graph: now,
    state: new Map(
      packs.map(({ name, members }) => [name, members.map((member) => member.slice('state/'.length))]),
    ),
    scalars: scalars.map((name) => name.slice('scalar/'.length)),
    sums: sums.length > 1 ? sums : [],
  };
}
