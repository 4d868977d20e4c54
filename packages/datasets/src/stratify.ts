import type { Dataset } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import { targetInMemory } from './targets-in-memory.js';

/**
 * What the parts shall have equal shares of: the labels of the one target (`true`), of the target of this name, or a class
 * number for each example.
 */
export type Stratify = boolean | string | ArrayLike<number>;

/**
 * The class of each example.
 *
 * @throws EspalierError `invalid-data` when there are no whole-number labels to be had.
 */
export function stratifyLabels(dataset: Dataset, stratify: Stratify, scope: string): ArrayLike<number> {
  if (typeof stratify === 'object' && stratify !== null) {
    if (stratify.length !== dataset.size) {
      invalidData(
        scope,
        `stratify must have ${dataset.size} entries, one per example, got ${stratify.length}.`,
      );
    }
    return stratify;
  }
  const names = Object.keys(dataset.targets);
  const name = typeof stratify === 'string' ? stratify : names[0]!;
  if (!names.includes(name) || (stratify === true && names.length > 1)) {
    invalidData(
      scope,
      `stratify must name one of the targets ${names.join(', ')}, got ${describe(stratify)}.`,
    );
  }
  const labels = targetInMemory(dataset, name);
  if (labels?.dtype !== 'int32' || labels.data.length !== dataset.size) {
    const got = labels
      ? `${labels.dtype} of shape [${labels.shape.join(', ')}]`
      : 'a data set that does not keep them in memory';
    invalidData(scope, `stratify needs int32 labels [N], got ${got}; pass a class number for each example.`);
  }
  return labels.data;
}

/**
 * Examples of one class after the other, classes by first appearance in the data and examples of a class in `order`.
 * Dealing this row out evenly gives every part its share of every class.
 */
export function byClass(labels: ArrayLike<number>, order: Uint32Array): Uint32Array {
  const classes = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) if (!classes.has(labels[i]!)) classes.set(labels[i]!, []);
  for (const index of order) classes.get(labels[index]!)!.push(index);
  return Uint32Array.from([...classes.values()].flat());
}

/**
 * Deals examples out to parts: `row[i]` goes to `partOf[i]`. Each part keeps the order of `order`.
 *
 * @param partOf Part number of each position; those >= `parts` are left out.
 */
export function deal(
  row: Uint32Array,
  partOf: Uint32Array,
  parts: number,
  order: Uint32Array,
): Uint32Array[] {
  const partOfExample = new Uint32Array(row.length);
  row.forEach((index, position) => (partOfExample[index] = partOf[position]!));
  return Array.from({ length: parts }, (_, part) => order.filter((index) => partOfExample[index] === part));
}
