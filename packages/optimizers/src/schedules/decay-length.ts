import type { OptionChecker, StepPosition } from '@espalier/core';

/** How long a decay takes: exactly one of the two. */
export type DecayLength =
  | {
      /** Length in steps, > 0. */
      readonly decaySteps: number;
      readonly decayEpochs?: undefined;
    }
  | {
      /** Length in epochs, > 0; positions within an epoch count as fractions. */
      readonly decayEpochs: number;
      readonly decaySteps?: undefined;
    };

/**
 * Checks a length and gives the position in units of it: 0 at the first step, 1 when the length has passed.
 */
export function decayPosition(check: OptionChecker, length: DecayLength): (at: StepPosition) => number {
  const { decaySteps, decayEpochs } = length as { decaySteps?: number; decayEpochs?: number };
  if ((decaySteps === undefined) === (decayEpochs === undefined)) {
    check.fail('decaySteps', 'given, or else decayEpochs, and not both', decaySteps);
  }
  if (decaySteps !== undefined) {
    check.number('decaySteps', decaySteps, { min: 0, exclusiveMin: true });
    return (at) => at.step / decaySteps;
  }
  check.number('decayEpochs', decayEpochs, { min: 0, exclusiveMin: true });
  return (at) => at.step / at.stepsPerEpoch / decayEpochs!;
}
