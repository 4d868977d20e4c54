import type { Config, Schedule, StepPosition } from '@espalier/core';

/** A schedule that carries the options it was made with. */
export function withConfig(config: Config, schedule: (at: StepPosition) => number): Schedule {
  return Object.assign(schedule, { config });
}
