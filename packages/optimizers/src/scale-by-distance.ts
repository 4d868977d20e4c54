import type { Scalar } from '@tensorflow/tfjs-core';
import { type GradientTransform, scaleUpdate } from './transforms/gradient-transform.js';
import { sharedSlot } from './transforms/shared-numbers.js';

/**
 * Multiplies updates, decoupled decay too, with the distance `d` that another transform of the chain keeps: as it was before the step.
 *
 * @param bias The scalar of a bias correction that is multiplied too.
 */
export function scaleByDistance(bias: string | undefined): GradientTransform {
  return {
    name: 'scale-by-distance',
    config: {},
    slotNames: [],
    perParameter: false,
    init: () => ({}),
    update(updates, slots, parameters, step) {
      if (Object.keys(updates).length === 0) return { updates, slots: {} };
      const d = slots[sharedSlot('d', slots, parameters, step.optimizer)] as Scalar;
      const factors = bias === undefined ? [d] : [d, step.scalar(bias)];
      const scaled = Object.entries(updates).map(([name, update]) => [name, scaleUpdate(update, ...factors)]);
      return { updates: Object.fromEntries(scaled) as typeof updates, slots: {} };
    },
  };
}
