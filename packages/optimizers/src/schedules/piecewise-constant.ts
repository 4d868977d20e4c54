import type { Schedule } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { epochsAt, hasReached } from './position.js';
import { withConfig } from './with-config.js';

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
  const read = readOptions('piecewise-constant', options, {
    values: option.list(option.number(), { expected: 'an array of numbers' }),
    boundaries: option.list(option.number(), { expected: 'an array of numbers' }),
    unit: option.oneOf(['step', 'epoch'], { default: 'step' }),
  });
  const { values, boundaries, unit } = read.values;
  const check = checkOptions('piecewise-constant');
  if (values.length !== boundaries.length + 1) {
    check.fail('values', `${boundaries.length + 1} numbers, one more than boundaries`, values);
  }
  boundaries.forEach((boundary, i) =>
    check.number(`boundaries[${i}]`, boundary, { min: i === 0 ? 0 : boundaries[i - 1]!, exclusiveMin: true }),
  );
  return withConfig(read.config, (at) => {
    const position = unit === 'step' ? at.step : epochsAt(at);
    return values[boundaries.filter((boundary) => hasReached(position, boundary)).length]!;
  });
}
