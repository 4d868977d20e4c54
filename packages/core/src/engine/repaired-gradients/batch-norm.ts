import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradient of batch normalisation `y = (x - mean) / sqrt(variance + epsilon) scale + offset`, which the stock one spends
 * half of its time on tiling the statistics for.
 *
 * With r = 1 / sqrt(variance + epsilon) and sums over the axes that mean lacks:
 * `dx = dy r scale`, `dmean = -r scale sum(dy)`, `dvariance = -r^3 / 2 scale sum(dy (x - mean))`,
 * `dscale = r sum(dy (x - mean))`, `doffset = sum(dy)`. Two passes over the data and two sums, nothing tiled.
 */
export const batchNormGradient: tf.GradConfig = {
  kernelName: 'FusedBatchNorm',
  inputsToSave: ['x', 'mean', 'variance', 'scale'],
  gradFunc(dy, saved, attrs) {
    const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
    const gradient = dy as tf.Tensor;
    const rate = tf.rsqrt(tf.add(variance, attrs['varianceEpsilon'] as number));
    const slope = scale == null ? rate : tf.mul(rate, scale);
    const axes = tf.broadcast_util.getReductionAxes(mean.shape, x.shape);
    const overData = (values: tf.Tensor): tf.Tensor =>
      tf.reshape(axes.length === 0 ? values : tf.sum(values, axes), mean.shape);
    const sumOfGradient = overData(gradient);
    const sumOfProduct = overData(tf.mul(gradient, tf.sub(x, mean)));
    return {
      x: () => tf.mul(gradient, slope),
      mean: () => tf.neg(tf.mul(slope, sumOfGradient)),
      variance: () => tf.mul(tf.mul(tf.mul(slope, tf.square(rate)), -0.5), sumOfProduct),
      scale: () => tf.mul(rate, sumOfProduct),
      offset: () => tf.clone(sumOfGradient),
    };
  },
};
