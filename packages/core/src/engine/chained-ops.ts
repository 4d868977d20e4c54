import * as tf from '@tensorflow/tfjs-core';
import { tensorMethods } from './tfjs-internals.js';

/**
 * The chained ops (`x.reshape(shape)`) that the code of tfjs-core and tfjs-layers calls and only the union package
 * `@tensorflow/tfjs` registers. Without them the orthogonal initializer (LSTM and GRU have it by default), `r2Score`
 * and the gradient of `prod` end in a TypeError.
 */
const CHAINED = [
  'add',
  'broadcastTo',
  'div',
  'expandDims',
  'gather',
  'greaterEqual',
  'logicalAnd',
  'mean',
  'minimum',
  'pad',
  'reshape',
  'sign',
  'square',
  'squeeze',
  'stridedSlice',
  'sub',
  'sum',
  'transpose',
] as const satisfies readonly (keyof typeof tf)[];

/** Gives tensors the chained ops that TensorFlow.js itself calls, where nobody has given them. */
export function supplyChainedOps(): void {
  const methods = tensorMethods();
  const supply = (name: string, method: (this: tf.Tensor, ...rest: never[]) => tf.Tensor): void => {
    if (!(name in methods))
      Object.defineProperty(methods, name, { value: method, writable: true, configurable: true });
  };
  for (const name of CHAINED) {
    const op = tf[name] as (x: tf.Tensor, ...rest: never[]) => tf.Tensor;
    supply(name, function (...rest) {
      return op(this, ...rest);
    });
  }
  supply('flatten', function () {
    return tf.reshape(this, [this.size]);
  });
}
