import * as tf from '@tensorflow/tfjs-core';
import { compose, type Dataset, type Plugin } from '@espalier/core';

/** Gradient descent on all examples at once, with plugins, without trainer and optimizer. Gives the weights. */
export async function descend(data: Dataset, plugin: Plugin, steps: number): Promise<Float32Array> {
  const { inputs, targets } = data.arrays!;
  const x = tf.tensor2d(inputs['input']!.data as Float32Array, [data.size, inputs['input']!.shape[1]!]);
  const y = tf.tensor2d(targets['target']!.data as Float32Array, [data.size, 1]);
  const learningRate = 0.1;
  const loop = compose([plugin], { learningRate, stepsPerEpoch: steps, batchSize: data.size });

  await loop.fitStart();
  await loop.epochStart();
  let kernel: tf.Tensor = tf.zeros([x.shape[1], 1]);
  for (let step = 0; step < steps; step++) {
    const next = tf.tidy(() => {
      const objective = (w: tf.Tensor): tf.Scalar => {
        const loss = tf.mean<tf.Scalar>(tf.square(tf.sub(tf.matMul(x, w as tf.Tensor2D), y)));
        const penalty = loop.penalty({ kernel: w });
        return penalty ? tf.add(loss, penalty) : loss;
      };
      const moved = tf.sub(kernel, tf.mul(tf.grad((w) => objective(w))(kernel), learningRate));
      return loop.transformParameters({ kernel: moved }, { kernel })['kernel']!;
    });
    kernel.dispose();
    kernel = next;
    await loop.stepEnd();
  }
  await loop.fitEnd();
  const weights = kernel.dataSync() as Float32Array;
  tf.dispose([kernel, x, y]);
  return weights;
}
