import type { Dataset, HostArray, HostBatch } from '@espalier/core';
import { checkOptions, option, readOptions, stream } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import { mapBatches } from './map-batches.js';
import { targetInMemory, withTargets } from './targets-in-memory.js';

const SCOPE = 'label-noise';

/** Options of {@link labelNoise}. */
export interface LabelNoiseOptions {
  /** Probability that a label is replaced by one of the others, 0 to 1. */
  readonly rate: number;
  /** Number of classes, >= 2. Default: the number of class names. */
  readonly classes?: number;
  /** Which target. Default: the only one. */
  readonly target?: string;
  /** Whole number >= 0. Default 0. */
  readonly seed?: number;
}

/**
 * Wrong labels on purpose: each is replaced with probability `rate`, by each of the other classes alike.
 *
 * The same labels are wrong in each epoch and in each part that is taken of the result; which, depends on seed and number of
 * the example. Inputs stay as they are.
 *
 * @returns The data set with another int32 `[N]` target.
 * @throws EspalierError `invalid-option`; `invalid-data` for a target that is not int32 `[N]`, at once, and for a label
 *   outside 0 .. classes - 1, when its batch is fetched.
 * @example
 * ```ts
 * const noisy = labelNoise(fromArrays({ inputs: [[1], [2]], targets: Int32Array.of(0, 1) }), { rate: 0.2, classes: 2 });
 * ```
 * @see Zhang et al., "Understanding deep learning requires rethinking generalization", 2017, section 2.
 */
export function labelNoise(dataset: Dataset, options: LabelNoiseOptions): Dataset {
  checkData(dataset, SCOPE);
  const names = Object.keys(dataset.targets);
  const {
    rate,
    classes: given,
    target: named,
    seed,
  } = readOptions(SCOPE, options, {
    rate: option.number({ min: 0, max: 1 }),
    classes: option.integer({ min: 2, optional: true }),
    target: option.oneOf(names, { optional: true }),
    seed: option.seed({ default: 0 }),
  }).values;
  const check = checkOptions(SCOPE);
  if (named === undefined && names.length > 1) check.fail('target', `one of ${names.join(', ')}`, named);
  const target = named ?? names[0]!;
  const { shape, dtype } = dataset.targets[target]!;
  if (dtype !== 'int32' || shape.length > 0) {
    invalidData(
      SCOPE,
      `target '${target}' must be int32 labels [N], got ${dtype} of shape [${['N', ...shape].join(', ')}].`,
    );
  }
  const classes = given ?? dataset.classNames?.length ?? 0;
  check.integer('classes', classes, { min: 2 });
  // How far each label moves on; 0 for those that stay.
  const random = stream(seed, SCOPE);
  const shifts = Uint32Array.from({ length: dataset.size }, () => {
    const [draw, shift] = [random.uniform(), 1 + random.integer(classes - 1)];
    return draw < rate ? shift : 0;
  });
  const shifted = (labels: HostArray, indices: Uint32Array | undefined): HostArray => {
    const data = Int32Array.from(labels.data, (label, i) => {
      const example = indices ? indices[i]! : i;
      if (label < 0 || label >= classes) {
        invalidData(SCOPE, `the label of example ${example} must be 0 to ${classes - 1}, got ${label}.`);
      }
      return (label + shifts[example]!) % classes;
    });
    return { data, shape: labels.shape, dtype: 'int32' };
  };
  const noisy = mapBatches(dataset, {
    map: (batch, indices): HostBatch => ({
      ...batch,
      targets: { ...batch.targets, [target]: shifted(batch.targets[target]!, indices) },
    }),
    whole: true,
  });
  return withTargets(noisy, (name) => {
    const all = targetInMemory(dataset, name);
    return all && name === target ? shifted(all, undefined) : all;
  });
}
