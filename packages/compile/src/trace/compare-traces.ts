import { EspalierError } from '@espalier/core';
import { attributesText } from '../graph/attributes-text.js';
import type { Graph, Node, Value } from '../graph/graph.js';

/**
 * Checks that two traces of one function are the same graph.
 *
 * @throws EspalierError `impure-step` naming the first operation that differs, and where it came from.
 */
export function compareTraces(first: Graph, second: Graph): void {
  const pairs = new Map<Value, Value>();
  first.inputs.forEach(({ value }, i) => {
    const other = second.inputs[i];
    if (other) pairs.set(value, other.value);
  });
  const count = Math.min(first.nodes.length, second.nodes.length);
  for (let i = 0; i < count; i++) {
    const [node, other] = [first.nodes[i] as Node, second.nodes[i] as Node];
    const difference = differenceOf(node, other, pairs);
    if (difference !== undefined) throw impure(node, difference);
    node.outputs.forEach((value, j) => pairs.set(value, other.outputs[j] as Value));
  }
  const extra = first.nodes[count] ?? second.nodes[count];
  if (extra) throw impure(extra, 'it is there in one trace only');
  first.outputs.forEach(({ name, value }, i) => {
    const other = second.outputs[i];
    if (other && other.name === name && sameValue(value, other.value, pairs)) return;
    throw new EspalierError({
      code: 'impure-step',
      scope: 'compile',
      message: `The step, traced twice, gave two different results for its output "${name}". ${advice}`,
    });
  });
}

const advice =
  'What changes from step to step must come in as a tensor: a number from JavaScript (a counter, Math.random, a schedule) ' +
  'would be frozen at its first value.';

function impure(node: Node, difference: string): EspalierError {
  const from = node.origin === '' ? '' : ` in ${node.origin}`;
  return new EspalierError({
    code: 'impure-step',
    scope: 'compile',
    message: `The step, traced twice, gave two different graphs: ${node.op}${from}: ${difference}. ${advice}`,
  });
}

function differenceOf(node: Node, other: Node, pairs: ReadonlyMap<Value, Value>): string | undefined {
  if (node.op !== other.op) return `the second trace has ${other.op} in its place`;
  const [before, after] = [attributesText(node.attributes), attributesText(other.attributes)];
  if (before !== after) return `its attributes were ${before}, then ${after}`;
  if (node.inputs.length !== other.inputs.length) return 'the number of its operands changed';
  for (let i = 0; i < node.inputs.length; i++) {
    const [value, twin] = [node.inputs[i], other.inputs[i]];
    if (value === twin || (value && twin && sameValue(value, twin, pairs))) continue;
    const name = node.inputNames?.[i] ?? String(i);
    if (value?.constant && twin?.constant) return `its constant operand "${name}" was ${sample(value, twin)}`;
    return `its operand "${name}" comes from elsewhere`;
  }
  return undefined;
}

function sameValue(value: Value, twin: Value, pairs: ReadonlyMap<Value, Value>): boolean {
  if (!value.constant || !twin.constant) return pairs.get(value) === twin;
  const [data, other] = [value.constant.data, twin.constant.data];
  if (value.dtype !== twin.dtype || value.shape.join() !== twin.shape.join() || data.length !== other.length)
    return false;
  for (let i = 0; i < data.length; i++) if (!Object.is(data[i], other[i])) return false;
  return true;
}

/** The first number that differs. */
function sample(value: Value, twin: Value): string {
  const [data, other] = [value.constant?.data ?? [], twin.constant?.data ?? []];
  for (let i = 0; i < Math.max(data.length, other.length); i++)
    if (!Object.is(data[i], other[i])) return `${data[i]}, then ${other[i]}`;
  return `[${value.shape}], then [${twin.shape}]`;
}
