import type { StepPlan } from '../../compiled-graph/code-generator.js';
import { elementCount } from '../../graph/element-type.js';
import type { Graph, NamedValue } from '../../graph/graph.js';
import { flattenInputs, flattenOutputs, freshName } from './passes/flat-tensors.js';

/** Several inputs or outputs that are passed as one. */
export interface Joined {
  /** The name of the one. */
  readonly name: string;
  readonly members: readonly string[];
}

/** A graph that is handed few tensors, and what lies in them. */
export interface FewerArguments {
  readonly graph: Graph;
  /** Scalar inputs that are taken together. */
  readonly scalars?: Joined;
  /** Results that are given together. */
  readonly results?: Joined;
}

/** Tensors larger than this are handed over by themselves. */
export const mostJoined = 4096;

/** Joins all scalars and all small results of a step: each tensor that is passed costs microseconds. */
export function fewerArguments(
  graph: Graph,
  { reads, writes }: Pick<StepPlan, 'reads'> & { readonly writes: { has(output: string): boolean } },
): FewerArguments {
  const small = (list: readonly NamedValue[], own: { has(name: string): boolean }): NamedValue[] =>
    list.filter(
      ({ name, value }) =>
        value.dtype === 'float32' && !own.has(name) && elementCount(value.shape) <= mostJoined,
    );
  const scalars = small(graph.inputs, reads).filter(({ value }) => value.shape.length === 0);
  const results = small(graph.outputs, writes);
  let now = graph;
  const join = (
    name: string,
    members: readonly NamedValue[],
    change: typeof flattenInputs,
  ): Joined | undefined => {
    if (members.length < 2) return undefined;
    const pack = { name: freshName(now, name), members: members.map((member) => member.name) };
    now = change(now, pack);
    return pack;
  };
  const joinedScalars = join('scalars', scalars, flattenInputs);
  const joinedResults = join('results', results, flattenOutputs);
  return {
    graph: now,
    ...(joinedScalars ? { scalars: joinedScalars } : {}),
    ...(joinedResults ? { results: joinedResults } : {}),
  };
}
