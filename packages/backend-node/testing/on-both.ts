import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/** What an op gives on a backend. */
export interface Result {
  readonly shape: number[];
  readonly values: number[];
}

/** Runs something on a backend, the library's or `cpu`, and goes back to the library's. */
export async function on(backend: 'tensorflow' | 'cpu', run: () => tf.Tensor): Promise<Result> {
  await tf.setBackend(backend);
  try {
    const tensor = tf.tidy(run);
    const result = { shape: tensor.shape, values: [...tensor.dataSync()] };
    tensor.dispose();
    return result;
  } finally {
    await tf.setBackend('tensorflow');
  }
}

/** Numbers that differ from place to place, without drawing any. */
export function waves(shape: readonly number[], step = 1): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(step * (i + 1))),
    [...shape],
  );
}
