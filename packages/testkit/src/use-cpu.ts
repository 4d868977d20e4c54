import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';

/** Runs the tests around it on TensorFlow.js' `cpu` backend. */
export function useCpu(): void {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
}
