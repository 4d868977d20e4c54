import type { Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';
import { permute, sameShape } from '../../../graph/shapes.js';

/** Joins chains of reshapes, transposes and casts, and drops those that do nothing. */
export const reshapes: RewriteRule = (node, { builder }) => {
  const [x] = node.inputs as [Value];
  const [output] = node.outputs as [Value];
  switch (node.op) {
    case 'Reshape': {
      if (sameShape(x.shape, output.shape)) return [x];
      if (x.producer?.op !== 'Reshape') return undefined;
      const origin = x.producer.inputs[0] as Value;
      if (sameShape(origin.shape, output.shape)) return [origin];
      return builder.add({ ...node, inputs: [origin, node.inputs[1]], outputs: [output] });
    }
    case 'Transpose': {
      const perm = node.attributes['perm'] as readonly number[];
      if (perm.every((from, to) => from === to)) return [x];
      if (movesOnlyUnits(x.shape, perm)) {
        const shape = builder.numbers(output.shape, 'int64');
        return builder.add({
          op: 'Reshape',
          inputs: [x, shape],
          attributes: { allowzero: 1 },
          outputs: [output],
        });
      }
      if (x.producer?.op !== 'Transpose') return undefined;
      const inner = x.producer.attributes['perm'] as readonly number[];
      const both = permute(inner, perm);
      const origin = x.producer.inputs[0] as Value;
      if (both.every((from, to) => from === to)) return [origin];
      return builder.add({ ...node, inputs: [origin], attributes: { perm: both }, outputs: [output] });
    }
    case 'Cast': {
      if (x.dtype === output.dtype) return [x];
      // 0 and 1 are the same numbers in every type.
      const source = x.producer?.op === 'Cast' ? x.producer.inputs[0] : undefined;
      if (source?.dtype !== 'bool') return undefined;
      if (output.dtype === 'bool') return [source];
      return builder.add({ ...node, inputs: [source], outputs: [output] });
    }
    case 'Expand':
      return sameShape(x.shape, output.shape) ? [x] : undefined;
    case 'Identity':
      return [x];
    default:
      return undefined;
  }
};

/** True for a transpose that leaves the order of the elements in memory as it is. */
function movesOnlyUnits(shape: readonly number[], perm: readonly number[]): boolean {
  const moved = perm.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > (moved[i - 1] as number));
}
