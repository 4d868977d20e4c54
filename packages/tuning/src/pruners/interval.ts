import { option } from '@espalier/core';
import type { StepReport } from './pruner.js';

/** When a pruner looks. */
export interface IntervalOptions {
  /** Reports of smaller steps are not looked at. Default 0. */
  readonly warmupSteps?: number;
  /** Looks once in every so many steps, at the first report that comes. Default 1. */
  readonly intervalSteps?: number;
}

/** The rules of {@link IntervalOptions}. */
export const intervalRules = {
  warmupSteps: option.integer({ min: 0, default: 0 }),
  intervalSteps: option.integer({ min: 1, default: 1 }),
};

/** Whether the newest report is after the warm-up, and the first of its interval. */
export function isDue(
  series: readonly StepReport[],
  { warmupSteps = 0, intervalSteps = 1 }: IntervalOptions,
): boolean {
  const { step } = series.at(-1)!;
  if (step < warmupSteps) return false;
  const start = Math.floor((step - warmupSteps) / intervalSteps) * intervalSteps + warmupSteps;
  const before = series.at(-2)?.step ?? -1;
  return before < start;
}
