import * as tf from '@tensorflow/tfjs-core';

/** `tf.tidy` for a body that gives no tensor, of whatever type. */
export function inTidy<T>(body: () => T): T {
  let result: T;
  tf.tidy(() => {
    result = body();
  });
  return result!;
}
