import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';

/** Runs the tests around it on TensorFlow.js' `cpu` backend. */
export function useCpu(): void {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
}

/** Runs `body` on the `cpu` backend, and goes back to the active one. */
export async function onCpu<T>(body: () => T | Promise<T>): Promise<T> {
  const backend = tf.getBackend();
  await tf.setBackend('cpu');
  try {
    return await body();
  } finally {
    await tf.setBackend(backend);
  }
}
