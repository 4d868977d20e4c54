import type { Dataset } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { subset } from './subset.js';

/**
 * All examples but the first `count`, as a view.
 *
 * @param count Whole number, 0 <= count < `dataset.size`.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rest = skip(train, 1000);
 * ```
 */
export function skip(dataset: Dataset, count: number): Dataset {
  checkData(dataset, 'skip');
  checkOptions('skip').integer('count', count, { min: 0, max: dataset.size - 1 });
  return subset(
    dataset,
    Uint32Array.from({ length: dataset.size - count }, (_, i) => count + i),
  );
}
