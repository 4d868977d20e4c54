import type { ArraySpec, Dataset, HostBatch } from '@espalier/core';
import { targetInMemory, withTargets } from './targets-in-memory.js';

/** How {@link mapBatches} changes a data set. */
export interface BatchMap {
  readonly targets?: Readonly<Record<string, ArraySpec>>;
  /** Applied to batches; must treat each example alone. */
  readonly map: (batch: HostBatch, indices: Uint32Array | undefined) => HostBatch;
  /** Whether `map` may be applied to everything at once, because it takes little memory. */
  readonly whole: boolean;
}

/** A data set whose batches are changed on the way out. */
export function mapBatches(dataset: Dataset, { targets = dataset.targets, map, whole }: BatchMap): Dataset {
  const { size, inputs, classNames, inMemory } = dataset;
  let arrays: HostBatch | undefined;
  return withTargets<Dataset>(
    {
      size,
      inputs,
      targets,
      ...(classNames && { classNames }),
      ...(inMemory && { inMemory }),
      get arrays() {
        if (!arrays && whole && dataset.arrays) arrays = map(dataset.arrays, undefined);
        return arrays;
      },
      batch(indices) {
        const batch = dataset.batch(indices);
        return batch instanceof Promise ? batch.then((value) => map(value, indices)) : map(batch, indices);
      },
    },
    (name) => targetInMemory(dataset, name),
  );
}
