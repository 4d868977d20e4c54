import * as tf from '@tensorflow/tfjs-core';
import type { FunctionalModel } from '@espalier/core';
import { fromArrays } from '@espalier/datasets';
import { meanSquaredError } from '@espalier/losses';
import { sgd } from '@espalier/optimizers';

/** Four points on a line, two steps an epoch at batch size 2. */
export function toyParts() {
  const w = tf.variable(tf.zeros([1, 1]));
  const model: FunctionalModel = {
    parameters: { w },
    forward: (inputs, weights) =>
      tf.matMul(Object.values(inputs)[0] as tf.Tensor2D, weights['w'] as tf.Tensor2D),
  };
  return {
    data: fromArrays({ inputs: [[0], [1], [2], [3]], targets: [[0], [2], [4], [6]] }),
    model,
    loss: meanSquaredError(),
    optimizer: sgd({ learningRate: 0.1 }),
  };
}
