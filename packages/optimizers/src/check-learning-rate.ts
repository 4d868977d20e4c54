import type { OptionChecker } from '@espalier/core';

/** Checks a learning rate: a number >= 0, or a schedule. */
export function checkLearningRate(check: OptionChecker, value: unknown): void {
  if (typeof value === 'function') return;
  if (typeof value !== 'number') check.fail('learningRate', 'a number >= 0 or a schedule', value);
  check.number('learningRate', value, { min: 0 });
}
