import * as tf from '@tensorflow/tfjs-core';

/** Ops of two operands whose stock gradients have the shape of the result, also where an operand is smaller. */
const KERNELS = ['Maximum', 'Minimum', 'SquaredDifference', 'BatchMatMul'] as const;

/** The stock gradients, summed over what was broadcast. */
export function broadcastingGradients(): tf.GradConfig[] {
  return KERNELS.map((kernelName) => {
    const stock = tf.getGradient(kernelName);
    return {
      ...stock,
      kernelName,
      gradFunc(dy, saved, attributes) {
        const found = stock.gradFunc(dy, saved, attributes);
        return Object.fromEntries(
          ['a', 'b'].map((name, i) => [name, () => sumTo(found[name]!(), saved[i]!.shape)]),
        );
      },
    };
  });
}

function sumTo(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  if (tf.util.arraysEqual(gradient.shape, shape)) return gradient;
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(tf.sum(gradient, axes), shape);
}
