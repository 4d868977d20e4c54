import type { StepPosition } from '@espalier/core';
import { checkOptions, option } from '@espalier/core';
import { epochsAt } from './position.js';

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

/** Rules of {@link DecayLength}, of which {@link decayPosition} checks that one is given. */
export const decayLengthRules = {
  decaySteps: option.number({ min: 0, exclusiveMin: true, optional: true }),
  decayEpochs: option.number({ min: 0, exclusiveMin: true, optional: true }),
};

/**
 * Checks that there is one length, and gives the position in units of it: 0 at the first step, 1 when the length has passed.
 */
export function decayPosition(
  kind: string,
  length: { readonly decaySteps?: number | undefined; readonly decayEpochs?: number | undefined },
): (at: StepPosition) => number {
  const { decaySteps, decayEpochs } = length;
  if ((decaySteps === undefined) === (decayEpochs === undefined)) {
    checkOptions(kind).fail('decaySteps', 'given, or else decayEpochs, and not both', decaySteps);
  }
  if (decaySteps !== undefined) return (at) => at.step / decaySteps;
  return (at) => epochsAt(at) / decayEpochs!;
}
