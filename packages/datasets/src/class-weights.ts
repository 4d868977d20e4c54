import type { ClassWeights, Dataset } from '@espalier/core';
import { classCounts, type Labels, labelsOf } from './labels.js';

/**
 * Weights that make every class count alike in the loss: `weight[c] = N / (C * n[c])` for the C classes that occur.
 *
 * @param labels The target with the labels, or a class number for each example. Default: the only target.
 * @returns For `fit({ classWeights })`; classes that do not occur are left out, and weigh 1.
 * @throws EspalierError `invalid-data` when there are no whole-number labels in memory.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [2], [3], [4]], targets: Int32Array.of(0, 0, 0, 1) });
 * const classWeights = balancedClassWeights(data); // { 0: 0.667, 1: 2 }
 * ```
 * @see scikit-learn, `sklearn.utils.class_weight.compute_class_weight('balanced')`.
 */
export function balancedClassWeights(dataset: Dataset, labels: Labels = true): ClassWeights {
  const classes = labelsOf(dataset, labels, 'balanced-class-weights', 'labels');
  const counts = classCounts(classes);
  const entries = [...counts].map(
    ([label, count]) => [label, classes.length / (counts.size * count)] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => a - b));
}
