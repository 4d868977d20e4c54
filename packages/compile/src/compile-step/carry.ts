import { EspalierError } from '@espalier/core';
import type { Graph } from '../graph/graph.js';
import { sameShape } from '../graph/shapes.js';

/**
 * Carried subtrees as single outputs and inputs.
 *
 * @returns Input names by the name of the output that becomes the input of the next run.
 * @throws EspalierError `invalid-option` for what is not there or does not fit.
 */
export function expandCarry(
  carry: Readonly<Record<string, string>>,
  graph: Graph,
): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const [from, to] of Object.entries(carry)) {
    const outputs = graph.outputs.filter(({ name }) => name === from || name.startsWith(`${from}/`));
    if (outputs.length === 0)
      throw refusal(
        `there is no output "${from}"; outputs: ${graph.outputs.map(({ name }) => name).join(', ')}.`,
      );
    for (const { name, value } of outputs) {
      const target = to + name.slice(from.length);
      const input = graph.inputs.find((candidate) => candidate.name === target);
      if (!input || input.value.dtype !== value.dtype || !sameShape(input.value.shape, value.shape))
        throw refusal(
          `output "${name}" is ${value.dtype} [${value.shape}], and the input "${target}" ` +
            (input ? `is ${input.value.dtype} [${input.value.shape}].` : 'does not exist.'),
        );
      const other = [...result].find(([, taken]) => taken === target);
      if (other)
        throw refusal(`the outputs "${other[0]}" and "${name}" both become the input "${target}"; name one.`);
      result.set(name, target);
    }
  }
  return result;
}

/** Outputs may be called as inputs are; in a graph each name stands once. */
export function distinctNames(graph: Graph): { graph: Graph; names: ReadonlyMap<string, string> } {
  const taken = new Set(graph.inputs.map(({ name }) => name));
  const names = new Map<string, string>();
  const outputs = graph.outputs.map(({ name, value }) => {
    let distinct = name;
    while (taken.has(distinct)) distinct = `next/${distinct}`;
    taken.add(distinct);
    names.set(name, distinct);
    return { name: distinct, value };
  });
  return { graph: { ...graph, outputs }, names };
}

function refusal(message: string): EspalierError {
  return new EspalierError({ code: 'invalid-option', scope: 'compile', message: `carry: ${message}` });
}
