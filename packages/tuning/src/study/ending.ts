import { checkOptions } from '@espalier/core';
import type { Ending } from './study-event.js';
import type { Outcome } from './trial.js';

/** How a trial ended whose objective returned. */
export function endingOf(outcome: Outcome, pruned: boolean, objectives: number): Omit<Ending, 'constraints'> {
  if (outcome === 'pruned') return { state: 'pruned' };
  const values = typeof outcome === 'number' ? [outcome] : outcome;
  const numbers = Array.isArray(values) && values.every((value) => typeof value === 'number');
  if (!numbers || values.length !== objectives)
    checkOptions('study').fail(
      "the objective's value",
      objectives === 1 ? "a number or 'pruned'" : `${objectives} numbers or 'pruned'`,
      outcome,
    );
  if (values.some(Number.isNaN)) return failureOf(new Error('the objective returned NaN'));
  return { state: pruned ? 'pruned' : 'complete', values: [...values] };
}

/** How a trial ended whose objective threw. */
export function failureOf(error: unknown): Omit<Ending, 'constraints'> {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { state: 'failed', error: { name, message, ...(stack !== undefined && { stack }) } };
}
