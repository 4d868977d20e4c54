import * as tf from '@tensorflow/tfjs-core';
import { unit } from './unit-vectors.js';

/** A function of the cosines between all vectors of a batch. */
interface OfCosines {
  /** `[M]`, one number for each row of the cosines `[M, M]`. */
  value(cosines: tf.Tensor, targets: tf.Tensor): tf.Tensor;
  /** The derivative of each row's number in that row, `[M, M]`. */
  slope(cosines: tf.Tensor, targets: tf.Tensor): tf.Tensor;
}

/** What vectors `[M, D]` cost beside each other, `[M]`, with the gradient written out from vectors and targets alone. */
export function between(vectors: tf.Tensor, targets: tf.Tensor, { value, slope }: OfCosines): tf.Tensor {
  const cosinesOf = (u: tf.Tensor): tf.Tensor => tf.matMul(u as tf.Tensor2D, u as tf.Tensor2D, false, true);
  const op = tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor, targets]);
    return {
      value: value(cosinesOf(unit(x as tf.Tensor).vector), targets),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const { vector, norm, free } = unit(saved[0]!);
        const inRows = tf.mul(slope(cosinesOf(vector), saved[1]!), tf.reshape(dy, [-1, 1]));
        // A cosine stands in two rows.
        const inCosines = tf.add(inRows, tf.transpose(inRows)) as tf.Tensor2D;
        const inVectors = tf.matMul(inCosines, vector as tf.Tensor2D);
        const along = tf.mul(free, tf.sum(tf.mul(inVectors, vector), 1, true));
        return tf.div(tf.sub(inVectors, tf.mul(vector, along)), norm);
      },
    };
  });
  return op(vectors);
}
