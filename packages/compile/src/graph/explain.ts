import { bytesPerElement, elementCount } from './element-type.js';
import type { Graph, Value } from './graph.js';

/** A graph as text, one operation a line: what it makes, from what, and where it came from. */
export function explainGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  let next = 0;
  const nameOf = (value: Value): string => {
    let name = names.get(value);
    if (name === undefined) {
      name = value.input ?? (value.constant ? constantText(value) : `%${next++}`);
      names.set(value, name);
    }
    return name;
  };
  const lines: string[] = [];
  for (const { name, value } of graph.inputs) lines.push(`input  ${name}: ${typeText(value)}`);
  for (const node of graph.nodes) {
    const operands = node.inputs.map((value) => (value ? nameOf(value) : '-')).join(', ');
    const attributes = Object.entries(node.attributes)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(
        ([name, value]) =>
          ` ${name}=${typeof value === 'object' && 'graph' in value ? '{...}' : JSON.stringify(value)}`,
      )
      .join('');
    const results = node.outputs.map((value) => `${nameOf(value)}: ${typeText(value)}`).join(', ');
    lines.push(
      `${results} = ${node.op}(${operands})${attributes}${node.origin === '' ? '' : `  # ${node.origin}`}`,
    );
  }
  for (const { name, value } of graph.outputs)
    lines.push(`output ${name}: ${typeText(value)} = ${nameOf(value)}`);
  lines.push(summary(graph));
  return lines.join('\n');
}

function summary(graph: Graph): string {
  const bytes = graph.nodes.reduce(
    (sum, node) => sum + node.outputs.reduce((part, value) => part + bytesOf(value), 0),
    0,
  );
  return `${graph.nodes.length} operations, ${graph.inputs.length} inputs, ${graph.outputs.length} outputs, ${bytes} bytes made`;
}

function bytesOf(value: Value): number {
  return elementCount(value.shape) * bytesPerElement(value.dtype);
}

function typeText(value: Value): string {
  return `${value.dtype} [${value.shape}] ${bytesOf(value)} B`;
}

function constantText(value: Value): string {
  const data = value.constant?.data ?? [];
  if (data.length === 1)
    return value.shape.length === 0 ? String(data[0]) : `${String(data[0])} [${value.shape}]`;
  return `constant ${value.dtype} [${value.shape}]`;
}
