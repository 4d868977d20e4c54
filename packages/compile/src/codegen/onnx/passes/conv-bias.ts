import type { Value } from '../../../graph/graph.js';
import type { RewriteRule } from '../../../graph/rewrite.js';

/** Takes the addition of one number per channel into the convolution before it. */
export const convBias: RewriteRule = (node, { builder, uses }) => {
  if (node.op !== 'Add') return undefined;
  const [x, y] = node.inputs as [Value, Value];
  const [image, bias] = x.producer?.op === 'Conv' ? [x, y] : [y, x];
  const producer = image.producer;
  if (producer?.op !== 'Conv' || producer.inputs.length > 2 || uses(image) !== 1) return undefined;
  const channels = image.shape[1] as number;
  const rank = bias.shape.length;
  const perChannel = bias.shape.every((extent, i) => extent === (i === rank - 3 ? channels : 1));
  if (rank < 3 || !perChannel || bias.dtype !== 'float32') return undefined;
  const [vector] = builder.add({
    op: 'Reshape',
    inputs: [bias, builder.numbers([channels], 'int64')],
    attributes: { allowzero: 1 },
    outputs: [{ shape: [channels], dtype: 'float32' }],
  });
  return builder.add({ ...producer, inputs: [...producer.inputs, vector], outputs: node.outputs });
};
