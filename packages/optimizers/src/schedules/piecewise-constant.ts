import type { Schedule } from '@espalier/core';
import { checkOptions } from '@espalier/core';

/** Options of {@link piecewiseConstant}. */
export interface PiecewiseConstantOptions {
  /** One value more than there are boundaries. */
  readonly values: readonly number[];
  /** `boundaries[i]` is where `values[i + 1]` begins; rising, > 0. */
  readonly boundaries: readonly number[];
  /** What boundaries count: whole steps, or epochs. Default `step`. */
  readonly unit?: 'step' | 'epoch';
}

/**
 * One value until the first boundary, another from there on, and so forth.
 *
 * A boundary belongs to the value that begins there, as the milestones of PyTorch's `MultiStepLR`; Keras's
 * `PiecewiseConstantDecay` changes one step later.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const rate = piecewiseConstant({ values: [0.1, 0.01, 0.001], boundaries: [30, 60], unit: 'epoch' });
 * ```
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): Schedule {
  const { unit = 'step' } = options;
  const check = checkOptions('piecewise-constant');
  check.oneOf('unit', unit, ['step', 'epoch']);
  if (!Array.isArray(options.boundaries)) check.fail('boundaries', 'an array of numbers', options.boundaries);
  if (!Array.isArray(options.values)) check.fail('values', 'an array of numbers', options.values);
  const [values, boundaries] = [[...options.values], [...options.boundaries]];
  if (values.length !== boundaries.length + 1) {
    check.fail('values', `${boundaries.length + 1} numbers, one more than boundaries`, values);
  }
  values.forEach((value, i) => check.number(`values[${i}]`, value));
  boundaries.forEach((boundary, i) =>
    check.number(`boundaries[${i}]`, boundary, { min: i === 0 ? 0 : boundaries[i - 1]!, exclusiveMin: true }),
  );
  return (at) => {
    const position = unit === 'step' ? at.step : at.step / at.stepsPerEpoch;
    return values[boundaries.filter((boundary) => boundary <= position).length]!;
  };
}
