import { type Dataset, stream } from '@espalier/core';
import { fromArrays } from '@espalier/datasets';
import type { Case } from '../cases.js';

/** Bytes and labels like MNIST's, as many as `examples`: speed does not depend on what is in the pictures. */
export function pictures({ kind }: Pick<Case, 'kind'>, examples: number): Dataset {
  const numbers = stream(1, 'bench');
  const data = Uint8Array.from({ length: examples * 784 }, () =>
    numbers.uniform() < 0.8 ? 0 : numbers.integer(256),
  );
  const labels = Int32Array.from({ length: examples }, () => numbers.integer(10));
  const shape = kind === 'cnn' ? [examples, 28, 28, 1] : [examples, 784];
  return fromArrays({
    inputs: { data, shape, dtype: 'float32', scale: 1 / 255 },
    targets: { data: labels, shape: [examples], dtype: 'int32' },
  });
}
