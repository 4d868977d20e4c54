import type { Dataset, HostArray } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { checkData } from '@espalier/core/internal';
import { invalidData } from './invalid-data.js';
import { mapBatches } from './map-batches.js';

const SCOPE = 'one-hot';

/** Options of {@link oneHot}. */
export interface OneHotOptions {
  /** Number of classes, >= 1. Default: the number of class names. */
  readonly classes?: number;
  /** Which target. Default: the only one. */
  readonly target?: string;
}

/**
 * Labels as one-hot rows: `y[i][label[i]] = 1`, all else 0.
 *
 * Losses and metrics that take integer labels are faster with those; this is for the ones that do not.
 *
 * @returns The data set with its int32 `[N]` target as float32 `[N, classes]`.
 * @throws EspalierError `invalid-option`; `invalid-data` for a target that is not int32 `[N]`, at once, and for a label outside
 *   0 .. classes - 1, when its batch is fetched.
 * @example
 * ```ts
 * const data = oneHot(fromArrays({ inputs: [[1], [2]], targets: Int32Array.of(2, 0) }), { classes: 3 });
 * ```
 */
export function oneHot(dataset: Dataset, options: OneHotOptions = {}): Dataset {
  checkData(dataset, SCOPE);
  const names = Object.keys(dataset.targets);
  const given = readOptions(SCOPE, options, {
    classes: option.integer({ min: 1, optional: true }),
    target: option.oneOf(names, { optional: true }),
  }).values;
  const check = checkOptions(SCOPE);
  if (given.target === undefined && names.length > 1) {
    check.fail('target', `one of ${names.join(', ')}`, undefined);
  }
  const target = given.target ?? names[0]!;
  const { shape, dtype } = dataset.targets[target]!;
  if (dtype !== 'int32' || shape.length > 0) {
    const got = `${dtype} of shape [${['N', ...shape].join(', ')}]`;
    invalidData(SCOPE, `target '${target}' must be int32 labels [N], got ${got}.`);
  }
  const classes = given.classes ?? dataset.classNames?.length;
  check.integer('classes', classes, { min: 1 });

  return mapBatches(dataset, {
    targets: { ...dataset.targets, [target]: { shape: [classes!], dtype: 'float32' } },
    map: (batch, indices) => ({
      ...batch,
      targets: { ...batch.targets, [target]: encode(batch.targets[target]!, classes!, indices) },
    }),
    whole: true,
  });
}

function encode({ data: labels }: HostArray, classes: number, indices: Uint32Array | undefined): HostArray {
  const data = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!(label >= 0 && label < classes)) {
      const example = indices ? indices[i] : i;
      invalidData(SCOPE, `the label of example ${example} must be 0 to ${classes - 1}, got ${label}.`);
    }
    data[i * classes + label] = 1;
  }
  return { data, shape: [labels.length, classes], dtype: 'float32' };
}
