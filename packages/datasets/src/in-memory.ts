import type { ArraySpec, Dataset, HostArrays, HostBatch } from '@espalier/core';
import { checkIndices, gatherBatch } from './gather.js';

/** The shapes and dtypes of single examples of `arrays`. */
export function specsOf(arrays: HostArrays): Record<string, ArraySpec> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, dtype }]) => [name, { shape: shape.slice(1), dtype }]),
  );
}

/** A data set over arrays that were checked already; they are not copied. */
export function inMemory(scope: string, arrays: HostBatch, classNames?: readonly string[]): Dataset {
  const size = Object.values(arrays.inputs)[0]!.shape[0]!;
  return {
    size,
    inputs: specsOf(arrays.inputs),
    targets: specsOf(arrays.targets),
    ...(classNames && { classNames }),
    inMemory: true,
    arrays,
    batch(indices) {
      checkIndices(scope, indices, size);
      return gatherBatch(arrays, indices);
    },
  };
}
