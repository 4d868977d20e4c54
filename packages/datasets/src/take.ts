import type { Dataset } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { subset } from './subset.js';

/**
 * The first `count` examples, as a view.
 *
 * @param count Whole number, 1 <= count <= `dataset.size`.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const small = take(train, 1000);
 * ```
 */
export function take(dataset: Dataset, count: number): Dataset {
  checkOptions('take').integer('count', count, { min: 1, max: dataset.size });
  return subset(
    dataset,
    Uint32Array.from({ length: count }, (_, i) => i),
  );
}
