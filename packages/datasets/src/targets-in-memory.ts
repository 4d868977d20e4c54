import type { Dataset, HostArray } from '@espalier/core';

type ReadTarget = (name: string) => HostArray | undefined;

const readers = new WeakMap<Dataset, ReadTarget>();

/** Tells how the targets of a derived data set are found without fetching its inputs; returns the data set. */
export function withTargets<D extends Dataset>(dataset: D, read: ReadTarget): D {
  readers.set(dataset, read);
  return dataset;
}

/** All values of a target, where they can be had at once; for {@link oneHot} the labels under it. */
export function targetInMemory(dataset: Dataset, name: string): HostArray | undefined {
  const read = readers.get(dataset);
  return read ? read(name) : dataset.arrays?.targets[name];
}
