import type { Dataset, HostBatch } from '@espalier/core';

/** Examples that are fetched at a time where a data set is read from end to end. */
const CHUNK = 1024;

/** Visits all examples of a data set in order, some at a time; `from` is the number of the first of them. */
export async function eachBatch(
  dataset: Dataset,
  visit: (batch: HostBatch, from: number) => void,
): Promise<void> {
  if (dataset.arrays) return visit(dataset.arrays, 0);
  for (let from = 0; from < dataset.size; from += CHUNK) {
    const length = Math.min(CHUNK, dataset.size - from);
    visit(await dataset.batch(Uint32Array.from({ length }, (_, i) => from + i)), from);
  }
}
