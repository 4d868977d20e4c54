import type { Dataset } from '@espalier/core';
import { option } from '@espalier/core';
import { describe } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import { targetInMemory } from './targets-in-memory.js';

/** Where the class of each example stands: in the one target (`true`), in the target of this name, or in this list. */
export type Labels = boolean | string | ArrayLike<number>;

/** What {@link Labels} may be, with this default. */
export function labelsRuleOf(fallback: boolean) {
  return option.custom<Labels, { readonly default: Labels }>({
    expected: 'true, the name of a target, or a class number for each example',
    accepts: (value) =>
      typeof value === 'boolean' ||
      (typeof value === 'string' && value !== '') ||
      (typeof value === 'object' && value !== null && 'length' in value),
    default: fallback,
    toJson: (value) => (typeof value === 'object' ? 'by example' : (value as boolean | string)),
  });
}

/**
 * The class of each example.
 *
 * @param option What the labels are called in messages.
 * @throws EspalierError `invalid-data` when there are no whole-number labels to be had.
 */
export function labelsOf(dataset: Dataset, labels: Labels, scope: string, option: string): ArrayLike<number> {
  if (typeof labels === 'object' && labels !== null) {
    if (labels.length !== dataset.size) {
      invalidData(
        scope,
        `${option} must have ${dataset.size} entries, one per example, got ${labels.length}.`,
      );
    }
    return labels;
  }
  const names = Object.keys(dataset.targets);
  const name = typeof labels === 'string' ? labels : names[0]!;
  if (!names.includes(name) || (labels === true && names.length > 1)) {
    invalidData(
      scope,
      `${option} must name one of the targets ${names.join(', ')}, got ${describe(labels)}.`,
    );
  }
  const found = targetInMemory(dataset, name);
  if (found?.dtype !== 'int32' || found.data.length !== dataset.size) {
    const got = found
      ? `${found.dtype} of shape [${found.shape.join(', ')}]`
      : 'a data set that does not keep them in memory';
    invalidData(scope, `${option} needs int32 labels [N], got ${got}; pass a class number for each example.`);
  }
  return found.data;
}

/** How many examples each class has, by first appearance. */
export function classCounts(labels: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  return counts;
}
