import { type Dataset, stream } from '@espalier/core';
import { fromArrays } from '@espalier/datasets';
import type { Case } from '../cases.js';

/**
 * Bytes and labels like MNIST's, as many as `examples`, or numbers where a case has other inputs: speed does not depend on
 * what is in them.
 */
export function pictures({ kind, inputs = 784, regression }: Case, examples: number): Dataset {
  const numbers = stream(1, 'bench');
  if (regression) {
    return fromArrays({
      inputs: { data: numbers.uniforms(examples * inputs), shape: [examples, inputs], dtype: 'float32' },
      targets: { data: numbers.uniforms(examples), shape: [examples, 1], dtype: 'float32' },
    });
  }
  const data = Uint8Array.from({ length: examples * inputs }, () =>
    numbers.uniform() < 0.8 ? 0 : numbers.integer(256),
  );
  const labels = Int32Array.from({ length: examples }, () => numbers.integer(10));
  const shape = kind === 'cnn' ? [examples, 28, 28, 1] : [examples, inputs];
  return fromArrays({
    inputs: { data, shape, dtype: 'float32', scale: 1 / 255 },
    targets: { data: labels, shape: [examples], dtype: 'int32' },
  });
}
