import type { GraphBuilder } from '../../../graph/builder.js';
import { elementCount } from '../../../graph/element-type.js';
import type { Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';

/**
 * For ONNX Runtime on a CPU: `x * a + b` and `(x - c) * a` with one number per channel as one pass over the image, which
 * batch normalisation with fixed statistics is.
 */
export const channelAffine: RewriteRule = (node, { builder, uses }) => {
  const [output] = node.outputs as [Value];
  if (output.dtype !== 'float32' || output.shape.length !== 4 || elementCount(output.shape) < smallest)
    return undefined;
  const [x, y] = node.inputs as [Value, Value];
  const channels = output.shape[1] as number;
  const perChannel = (value: Value | undefined): boolean =>
    value !== undefined && isPerChannel(value, channels);
  if (node.op !== 'Add' && node.op !== 'Mul') return undefined;
  const [image, number] = perChannel(y) ? [x, y] : [y, x];
  const inner = image.producer;
  if (!perChannel(number) || uses(image) !== 1 || image.shape.length !== 4) return undefined;
  const [first, second] = (inner?.inputs ?? []) as [Value, Value];
  const source = perChannel(second) ? first : second;
  const operand = perChannel(second) ? second : first;
  if (!perChannel(operand) || source?.shape.length !== 4) return undefined;
  const vector = (value: Value): Value => flat(builder, value, channels);
  const zeros = builder.scalar(0, 'float32', [channels]);
  const ones = builder.scalar(1, 'float32', [channels]);
  const affine = (scale: Value, offset: Value, mean: Value): readonly Value[] =>
    builder.add({
      op: 'BatchNormalization',
      inputs: [source, scale, offset, mean, ones],
      attributes: { epsilon: 0 },
      outputs: [output],
    });
  if (node.op === 'Add' && inner?.op === 'Mul') return affine(vector(operand), vector(number), zeros);
  // The subtrahend is the second operand.
  if (node.op === 'Mul' && inner?.op === 'Sub' && operand === second)
    return affine(vector(number), zeros, vector(operand));
  return undefined;
};

/** Images with fewer elements are not worth it. */
const smallest = 4096;

function isPerChannel(value: Value, channels: number): boolean {
  const rank = value.shape.length;
  return (
    rank >= 3 && rank <= 4 && value.shape.every((extent, i) => extent === (i === rank - 3 ? channels : 1))
  );
}

function flat(builder: GraphBuilder, value: Value, channels: number): Value {
  const inputs = [value, builder.numbers([channels], 'int64')];
  const outputs = [{ shape: [channels], dtype: 'float32' as const }];
  return builder.add({ op: 'Reshape', inputs, attributes: { allowzero: 1 }, outputs })[0] as Value;
}
