import { elementCount } from '../graph/element-type.js';
import type { Value } from '../graph/graph.js';
import type { RewriteRule } from '../graph/rewrite.js';
import { broadcastShapes, sameShape } from '../graph/shapes.js';
import { broadcastingOps } from './broadcasting.js';

/** Feeds elementwise operators the small tensor where a broadcast copy of it stood: they broadcast for nothing. */
export const dropBroadcasts: RewriteRule = (node, { builder }) => {
  if (!broadcastingOps.has(node.op)) return undefined;
  const [output] = node.outputs as [Value];
  const inputs = [...node.inputs] as Value[];
  let changed = false;
  inputs.forEach((value, i) => {
    const small = source(value);
    if (!small) return;
    const shapes = inputs.map((other, j) => (j === i ? small.shape : other.shape));
    if (!sameShape(broadcastShapes(...shapes), output.shape)) return;
    inputs[i] = small;
    changed = true;
  });
  if (!changed) return undefined;
  return builder.add({ ...node, inputs, outputs: [output] });
};

/** What a value is a broadcast copy of. */
function source(value: Value): Value | undefined {
  const data = value.constant?.data;
  if (data?.length === 1 && elementCount(value.shape) !== 1) return { ...value, shape: [] };
  if (data?.length === 1 && value.shape.length > 0) return { ...value, shape: [] };
  if (value.producer?.op !== 'Expand') return undefined;
  return value.producer.inputs[0];
}
