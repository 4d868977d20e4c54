import type { StepPosition } from '@espalier/core';

/** How far rounding may have moved a position from a boundary that it is on. */
const SLACK = 1e-9;

/** Epochs done, fractions included; whole ones where the number of steps in an epoch is not known. */
export function epochsAt({ step, epoch, stepsPerEpoch }: StepPosition): number {
  return Number.isFinite(stepsPerEpoch) ? step / stepsPerEpoch : epoch;
}

/** Whether a position has reached a boundary, up to rounding: 3 steps of 10 have reached 0.1 + 0.2 epochs. */
export function hasReached(position: number, boundary: number): boolean {
  return position >= boundary - SLACK * Math.max(1, Math.abs(boundary));
}

/** The whole part of a position, up to rounding. */
export function wholePart(position: number): number {
  const nearest = Math.round(position);
  return hasReached(position, nearest) ? nearest : Math.floor(position);
}
