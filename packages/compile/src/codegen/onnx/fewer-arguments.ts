import type { StepPlan } from '../../compiled-graph/code-generator.js';
import { elementCount } from '../../graph/element-type.js';
import type { Graph, NamedValue } from '../../graph/graph.js';
import { flattenInputs, flattenOutputs, freshName } from './passes/flat-tensors.js';
import { joinUpdates } from './passes/join-updates.js';

/** Several inputs or outputs that are passed as one. */
interface Joined {
  /** The name of the one. */
  readonly name: string;
  readonly members: readonly string[];
}

/** A graph that is handed few tensors, and what lies in them. */
export interface FewerArguments {
  readonly graph: Graph;
  /** State entries by the name of the input that takes them together. */
  readonly state: ReadonlyMap<string, readonly string[]>;
  /** Scalar inputs that are taken together. */
  readonly scalars?: Joined;
  /** Results that are given together. */
  readonly results?: Joined;
}

/** Results larger than this are handed over by themselves. */
const mostElements = 4096;

/** Joins small state tensors, all scalars and all small results of a step: each tensor that is passed costs microseconds. */
export function fewerArguments(
  graph: Graph,
  { reads, writes }: Pick<StepPlan, 'reads' | 'writes'>,
): FewerArguments {
  const readBy = new Map([...reads].map(([input, entry]) => [entry, input]));
  const carry = [...writes].flatMap(([output, entry]): [string, string][] => {
    const input = readBy.get(entry);
    return input === undefined ? [] : [[output, input]];
  });
  const { graph: joined, packs } = joinUpdates(graph, new Map(carry));
  const state = new Map(
    packs.map(({ name, members }) => [name, members.map((member) => reads.get(member)!)]),
  );
  const ours = new Set(packs.flatMap(({ name }) => [name, `next/${name}`]));
  const small = (list: readonly NamedValue[], stateOf: ReadonlyMap<string, string>): string[] =>
    list
      .filter(({ name, value }) => value.dtype === 'float32' && !stateOf.has(name) && !ours.has(name))
      .filter(({ value }) => elementCount(value.shape) <= mostElements)
      .map(({ name }) => name);
  const scalars = small(joined.inputs, reads).filter((name) =>
    joined.inputs.some((input) => input.name === name && input.value.shape.length === 0),
  );
  const results = small(joined.outputs, writes);
  let now = joined;
  const join = (
    name: string,
    members: readonly string[],
    change: typeof flattenInputs,
  ): Joined | undefined => {
    if (members.length < 2) return undefined;
    const pack = { name: freshName(now, name), members };
    now = change(now, pack);
    return pack;
  };
  const joinedScalars = join('scalars', scalars, flattenInputs);
  const joinedResults = join('results', results, flattenOutputs);
  return {
    graph: now,
    state,
    ...(joinedScalars ? { scalars: joinedScalars } : {}),
    ...(joinedResults ? { results: joinedResults } : {}),
  };
}
