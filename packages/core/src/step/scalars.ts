import type { StepPosition } from './optimizer.js';
import { scheduleValue } from './schedule-value.js';
import { ownName, type ScalarOwner } from './step-context.js';

/** Where a run stands, and the numbers that the trainer itself gives. */
export interface ScalarsGiven {
  readonly learningRate: number;
  /** The product of the factors that plugins have set. */
  readonly learningRateFactor: number;
  readonly batchSize: number;
}

/**
 * Every scalar of a step: those of the trainer, and those that each owner declares, under its own name. Written to `into` where that
 * is given, so that a step needs no new object.
 */
export type ScalarSource = (
  at: StepPosition,
  given: ScalarsGiven,
  into?: Record<string, number>,
) => Record<string, number>;

/** @param owners The optimizer and the plugins. */
export function scalarSource(owners: readonly ScalarOwner[]): ScalarSource {
  const declared = owners.flatMap((owner) =>
    Object.entries(owner.scalars ?? {}).map(([name, schedule]) => ({
      owner: owner.name,
      name,
      schedule,
      full: ownName(owner, name),
    })),
  );
  return (at, { learningRate, learningRateFactor, batchSize }, into = {}) => {
    const scalars = into;
    scalars['step'] = at.step;
    scalars['epoch'] = at.epoch;
    scalars['learningRate'] = learningRate;
    scalars['learningRateFactor'] = learningRateFactor;
    scalars['batchSize'] = batchSize;
    for (const { owner, name, schedule, full } of declared) {
      scalars[full] = scheduleValue(schedule, at, owner, name);
    }
    return scalars;
  };
}

/** The scalars of evaluation and prediction outside a run: as before its first step, the learning rate 0. */
export function scalarsOutsideRun(source: ScalarSource, batchSize: number): Record<string, number> {
  return source(
    { step: 0, epoch: 0, stepsPerEpoch: 1 },
    { learningRate: 0, learningRateFactor: 1, batchSize },
  );
}
