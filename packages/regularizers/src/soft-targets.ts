import * as tf from '@tensorflow/tfjs-core';

/**
 * The divergence of answers from a teacher's, the mean over the rows: `T^2 sum(p (log p - log q))` with `p = softmax(teacher / T)` and
 * `q = softmax(student / T)`, `[..., C]` logits. No gradient flows to the teacher's.
 */
export function divergence(student: tf.Tensor, teacher: tf.Tensor, temperature: number): tf.Scalar {
  const classes = student.shape.at(-1) ?? 1;
  const rows = (logits: tf.Tensor) => tf.mul(tf.reshape(logits, [-1, classes]), 1 / temperature);
  const [known, given] = [tf.logSoftmax(rows(teacher)), tf.logSoftmax(rows(student))];
  const terms = tf.mul(tf.exp(known), tf.sub(known, given));
  return tf.mul(tf.sum(terms), (temperature * temperature) / terms.shape[0]!);
}

/** The mean squared difference. */
export function squaredDifference(student: tf.Tensor, teacher: tf.Tensor): tf.Scalar {
  return tf.mean(tf.square(tf.sub(student, teacher)));
}
