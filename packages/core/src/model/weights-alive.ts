import type * as tf from '@tensorflow/tfjs-core';
import { fail } from '../errors.js';

/** @throws EspalierError `invalid-model` where the model was disposed. */
export function checkAlive(variables: readonly tf.Variable[]): void {
  if (!variables.some(({ isDisposed }) => isDisposed)) return;
  fail('invalid-model', 'trainer', 'the model has been disposed; dispose it when nobody uses it any more.');
}
