import type { Schedule, StepPosition } from '@espalier/core';
import { checkOptions, EspalierError, option, readOptions } from '@espalier/core';
import { hasReached } from './position.js';
import { withConfig } from './with-config.js';

/** Options of {@link sequence}. */
export interface SequenceOptions {
  /** One schedule more than there are boundaries; a number is a constant. */
  readonly schedules: readonly (number | Schedule)[];
  /** `boundaries[i]` is where `schedules[i + 1]` begins; rising, > 0. */
  readonly boundaries: readonly number[];
  /** What boundaries count. Default `step`. */
  readonly unit?: 'step' | 'epoch';
}

/**
 * One schedule after the other, each counting from where it begins. As PyTorch's `SequentialLR`, and `optax.join_schedules`.
 *
 * Boundaries in epochs need a known number of steps in an epoch.
 *
 * @throws EspalierError `invalid-option`; when it is asked for a value, where boundaries count epochs and their length is not known.
 * @example
 * ```ts
 * const decay = cosineDecay({ initialValue: 0.1, decayEpochs: 25 });
 * const rate = sequence({ schedules: [0.01, decay], boundaries: [5], unit: 'epoch' });
 * ```
 */
export function sequence(options: SequenceOptions): Schedule {
  const { values, config } = readOptions('sequence', options, {
    schedules: option.list(option.schedule(), { min: 1, expected: 'a list of numbers and schedules' }),
    boundaries: option.list(option.number(), { expected: 'an array of numbers' }),
    unit: option.oneOf(['step', 'epoch'], { default: 'step' }),
  });
  const { schedules, boundaries, unit } = values;
  const check = checkOptions('sequence');
  if (schedules.length !== boundaries.length + 1)
    check.fail('schedules', `a list of ${boundaries.length + 1}, one more than boundaries`, schedules);
  boundaries.forEach((boundary, i) =>
    check.number(`boundaries[${i}]`, boundary, { min: i === 0 ? 0 : boundaries[i - 1]!, exclusiveMin: true }),
  );
  return withConfig(config, (at) => {
    const starts = boundaries.map((boundary) => (unit === 'step' ? boundary : boundary * stepsOf(at)));
    const reached = starts.filter((start) => hasReached(at.step, start));
    const schedule = schedules[reached.length]!;
    if (typeof schedule === 'number') return schedule;
    return schedule(since(at, Math.ceil((reached.at(-1) ?? 0) - 1e-9)));
  });
}

/** The position as somebody counts who begins at a step. */
function since(at: StepPosition, start: number): StepPosition {
  const { step, epoch, stepsPerEpoch } = at;
  if (!Number.isFinite(stepsPerEpoch)) return { ...at, step: step - start };
  const done = start === 0 ? epoch : Math.floor((step - start) / stepsPerEpoch);
  return { step: step - start, epoch: done, stepsPerEpoch };
}

function stepsOf({ stepsPerEpoch }: StepPosition): number {
  if (Number.isFinite(stepsPerEpoch)) return stepsPerEpoch;
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'sequence',
    message: `boundaries in epochs need a known number of steps in an epoch; give them in steps (unit: 'step').`,
  });
}
