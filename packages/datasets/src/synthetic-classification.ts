import type { Dataset } from '@espalier/core';
import { option, readOptions, stream } from '@espalier/core';
import { inMemory } from './in-memory.js';

/** Options of {@link syntheticClassification}. */
export interface SyntheticClassificationOptions {
  /** Number of examples, >= 1. Default 1000. */
  readonly examples?: number;
  /** Number of features, >= 1. Default 2. */
  readonly features?: number;
  /** Number of classes, >= 1. Default 2. */
  readonly classes?: number;
  /** Root mean square distance of the class centres from the origin, in standard deviations of a class; >= 0. Default 3. */
  readonly separation?: number;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
}

/**
 * Round Gaussian clouds, one per class: small data of any size for tests, examples and smoke runs.
 *
 * `x = centre[label] + noise`, noise standard normal, `centre = separation / sqrt(features) * standard normal`. Labels run
 * 0, 1, ..., classes - 1, 0, 1, ... so that classes are balanced and every prefix is as well; the first examples do not
 * depend on how many there are. Take training and test data from one call with `split`: another seed has other centres.
 *
 * @returns Inputs `[N, features]` float32, labels `[N]` int32, class names `class 0` and so on.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const [train, test] = split(syntheticClassification({ examples: 600, features: 8, classes: 3, seed: 1 }), {
 *   fractions: [0.8, 0.2],
 * });
 * ```
 */
export function syntheticClassification(options: SyntheticClassificationOptions = {}): Dataset {
  const scope = 'synthetic-classification';
  const { examples, features, classes, separation, seed } = readOptions(scope, options, {
    examples: option.integer({ min: 1, default: 1000 }),
    features: option.integer({ min: 1, default: 2 }),
    classes: option.integer({ min: 1, default: 2 }),
    separation: option.number({ min: 0, default: 3 }),
    seed: option.seed({ default: 0 }),
  }).values;

  const centres = stream(seed, `${scope}/centres`).normals(classes * features);
  const data = stream(seed, `${scope}/noise`).normals(examples * features);
  const labels = new Int32Array(examples);
  const distance = separation / Math.sqrt(features);
  for (let i = 0; i < examples; i++) {
    const label = (labels[i] = i % classes);
    for (let j = 0; j < features; j++) data[i * features + j]! += distance * centres[label * features + j]!;
  }
  return inMemory(
    scope,
    {
      inputs: { input: { data, shape: [examples, features], dtype: 'float32' } },
      targets: { target: { data: labels, shape: [examples], dtype: 'int32' } },
    },
    Array.from({ length: classes }, (_, label) => `class ${label}`),
  );
}
