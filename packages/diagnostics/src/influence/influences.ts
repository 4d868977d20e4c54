import type { HostArray } from '@espalier/core';

/** What each training example did for each test example. */
export interface Influences {
  /** `[tests, N]` float32: above 0 where the training example lowers the loss of the test example, below where it raises it. */
  readonly scores: HostArray;
  /** `[N]`, of each training example on itself: large for examples that are learnt by heart, such as wrong labels. */
  readonly own: readonly number[];
  /** The parameters that were looked at. */
  readonly parameters: readonly string[];
}

/** @param rows One for each test example. */
export function influences(
  rows: readonly Float64Array[],
  own: Float64Array,
  parameters: readonly string[],
): Influences {
  return {
    scores: {
      data: Float32Array.from(rows.flatMap((row) => [...row])),
      shape: [rows.length, own.length],
      dtype: 'float32',
    },
    own: [...own],
    parameters,
  };
}
