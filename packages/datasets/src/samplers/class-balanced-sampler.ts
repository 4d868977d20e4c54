import type { Dataset, Sampler } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { classCounts, type Labels, labelsOf, labelsRuleOf } from '../labels.js';
import { weightedSampler } from './weighted-sampler.js';
import { nameOfNumbers } from './numbers-by-example.js';

const SCOPE = 'class-balanced-sampler';

/** Options of {@link classBalancedSampler}. */
export interface ClassBalancedSamplerOptions {
  /** The target with the labels, or a class number for each example. Default: the only target. */
  readonly labels?: Labels;
  /** Examples of an epoch, >= 1. Default: as many as the data set has. */
  readonly length?: number;
}

/**
 * Examples drawn so that every class is equally probable: class by class, then an example of the class, with replacement.
 *
 * `p[i] = 1 / (C * n[class of i])` for the C classes that occur; rare examples come several times.
 *
 * @returns A sampler for `fit` and {@link batches}: a pure function of seed and epoch.
 * @throws EspalierError `invalid-option`; `invalid-data` when there are no whole-number labels in memory.
 * @example
 * ```ts
 * const data = fromArrays({ inputs: [[1], [2], [3]], targets: Int32Array.of(0, 0, 1) });
 * const fair = batches(data, { sampler: classBalancedSampler(data), batchSize: 2 });
 * ```
 * @see scikit-learn, `sklearn.utils.class_weight.compute_sample_weight('balanced', y)`, whose proportions these are.
 */
export function classBalancedSampler(dataset: Dataset, options: ClassBalancedSamplerOptions = {}): Sampler {
  checkData(dataset, SCOPE);
  const { values, config } = readOptions(SCOPE, options, {
    labels: labelsRuleOf(true),
    length: option.integer({ min: 1, optional: true }),
  });
  const { labels, length = dataset.size } = values;
  const classes = labelsOf(dataset, labels, SCOPE, 'labels');
  const counts = classCounts(classes);
  const weights = Float64Array.from({ length: classes.length }, (_, i) => 1 / counts.get(classes[i]!)!);
  const sampler = weightedSampler({ weights, length });
  return { ...sampler, name: SCOPE, config: { ...config, classes: nameOfNumbers(classes) } };
}
