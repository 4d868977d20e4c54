import type { StepPlan } from '../../compiled-graph/code-generator.js';
import { attributesText } from '../../graph/attributes-text.js';
import { isSubgraph, type Value } from '../../graph/graph.js';

/** What a step is apart from some of its numbers. */
export interface GraphKey {
  /** Steps with equal keys differ in nothing but these numbers. */
  readonly key: string;
  /** The constants that the key leaves out, in order. */
  readonly numbers: readonly Value[];
}

/** Kernels that compute the same bits whether a number is known when they are compiled or not. */
const LIFTING = new Set([
  'Add',
  'AddV2',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Maximum',
  'Minimum',
  'Multiply',
  'RealDiv',
  'Sub',
]);

/** Numbers that graphs are made simpler by. */
const SIMPLIFYING = [0, 1, -1];

/** Constants with more bytes than this are not compared. */
const MOST_BYTES = 2 ** 18;

/**
 * A step in one line of text; `undefined` where that would be too long.
 *
 * @param settings What its code depends on besides: where its state and its own memory lie.
 */
export function graphKey(plan: StepPlan, settings: readonly number[]): GraphKey | undefined {
  const { graph } = plan;
  const fixed = new Set<Value>();
  for (const { op, inputs } of graph.nodes)
    for (const value of inputs)
      if (value?.constant && !(LIFTING.has(op) && isNumber(value))) fixed.add(value);
  for (const { value } of graph.outputs) if (value.constant) fixed.add(value);
  const ids = new Map<Value, string>();
  const numbers: Value[] = [];
  const parts: string[] = [];
  let bytes = 0;
  const spec = ({ dtype, shape }: Value): string => `${dtype}[${shape.join()}]`;
  const idOf = (value: Value | undefined): string => {
    if (!value) return '';
    let id = ids.get(value);
    if (id !== undefined) return id;
    if (!value.constant) throw new Error('A value is used before it is made.');
    if (fixed.has(value)) {
      const { data } = value.constant;
      bytes += data.byteLength;
      id = bytes > MOST_BYTES ? '' : `${spec(value)}=${bitsOf(data)}`;
    } else id = `#${numbers.push(value)}${spec(value)}`;
    ids.set(value, id);
    return id;
  };
  graph.inputs.forEach(({ name, value }, i) => {
    ids.set(value, `i${i}`);
    const [read, stream] = [plan.reads.get(name), plan.streams.get(name)];
    parts.push(JSON.stringify([name, spec(value), read, stream, plan.anyLength.has(name)]));
  });
  graph.nodes.forEach(({ op, inputs, inputNames, attributes, outputs, origin }, i) => {
    if (Object.values(attributes).some(isSubgraph)) bytes = Infinity;
    const node = [op, inputs.map(idOf), inputNames, attributesText(attributes), outputs.map(spec), origin];
    parts.push(JSON.stringify(node));
    outputs.forEach((value, j) => ids.set(value, `${i}.${j}`));
  });
  for (const { name, value } of graph.outputs)
    parts.push(JSON.stringify([name, idOf(value), plan.writes.get(name)]));
  if (bytes > MOST_BYTES) return undefined;
  parts.push(JSON.stringify([[...(plan.weights ?? [])], settings]));
  return { key: parts.join('\n'), numbers };
}

function isNumber({ constant, dtype, shape }: Value): boolean {
  const number = Number(constant!.data[0]);
  return (
    dtype === 'float32' &&
    constant!.data.length === 1 &&
    shape.length === 0 &&
    Number.isFinite(number) &&
    !SIMPLIFYING.includes(number)
  );
}

/** Numbers as text that tells all of them apart, -0 and NaN too. */
function bitsOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  let text = '';
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) text += String.fromCharCode(byte);
  return text;
}
