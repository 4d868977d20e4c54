import type { Schedule, StepPosition } from './optimizer.js';
import { scheduleValue } from './schedule-value.js';
import { ownName } from './step-context.js';

/** An optimizer or plugin that may declare scalars. */
interface ScalarOwner {
  readonly name: string;
  readonly scalars?: Readonly<Record<string, Schedule>>;
}

/** Every scalar of the step at `at`: those of the trainer, and those that each owner declares under its own name. */
export function scalarsAt(
  at: StepPosition,
  given: { readonly learningRate: number; readonly learningRateFactor: number; readonly batchSize: number },
  owners: readonly ScalarOwner[],
): Record<string, number> {
  const scalars: Record<string, number> = { step: at.step, epoch: at.epoch, ...given };
  for (const owner of owners) {
    for (const [name, schedule] of Object.entries(owner.scalars ?? {})) {
      scalars[ownName(owner, name)] = scheduleValue(schedule, at, owner.name, name);
    }
  }
  return scalars;
}

/** The scalars of evaluation and prediction outside a run: as before its first step, the learning rate 0. */
export function scalarsOutsideRun(batchSize: number, owners: readonly ScalarOwner[]): Record<string, number> {
  const given = { learningRate: 0, learningRateFactor: 1, batchSize };
  return scalarsAt({ step: 0, epoch: 0, stepsPerEpoch: 1 }, given, owners);
}
