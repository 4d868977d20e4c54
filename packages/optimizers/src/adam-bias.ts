import type { Schedule } from '@espalier/core';
import { pow } from '@espalier/core/internal';

/** What Adam's bias corrections come to as one factor of the rate: `sqrt(1 - beta2^t) / (1 - beta1^t)`, t from 1. */
export function adamBias(beta1: number, beta2: number): Schedule {
  return ({ step }) => Math.sqrt(1 - pow(beta2, step + 1)) / (1 - pow(beta1, step + 1));
}
