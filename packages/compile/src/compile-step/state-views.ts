import { elementCount } from '../graph/element-type.js';
import type { TensorArray } from '../graph/element-type.js';
import type { Graph } from '../graph/graph.js';
import type { FlatTensor } from '../codegen/onnx/passes/flat-tensors.js';

/** Where a state tensor lies: in an input of its own, or in a part of a packed one. */
export interface StatePlace {
  readonly input: string;
  readonly begin: number;
  readonly length: number;
}

/** The place of each carried input of `graph`, which is not packed yet. */
export function statePlaces(
  graph: Graph,
  carried: Iterable<string>,
  packs: readonly FlatTensor[],
): Map<string, StatePlace> {
  const sizes = new Map(graph.inputs.map(({ name, value }) => [name, elementCount(value.shape)]));
  const places = new Map<string, StatePlace>();
  for (const input of carried) places.set(input, { input, begin: 0, length: sizes.get(input) ?? 0 });
  for (const { name, members } of packs) {
    let begin = 0;
    for (const member of members) {
      const length = sizes.get(member) ?? 0;
      places.set(member, { input: name, begin, length });
      begin += length;
    }
  }
  return places;
}

/** The elements of a state tensor inside the input that holds it. */
export function viewOf(data: TensorArray, { begin, length }: StatePlace): TensorArray {
  return data.subarray(begin, begin + length);
}
