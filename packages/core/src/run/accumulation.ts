import type { Json } from '../json.js';
import { checkOptions } from '../options.js';

/**
 * Batches whose gradients make one step: a whole number >= 1, or by the epoch, from 0, from which each holds: `{ 0: 8, 4: 4 }`. Before
 * the first epoch of a list it is 1.
 */
export type Accumulate = number | Readonly<Record<number, number>>;

/** {@link Accumulate}, checked. */
export interface Accumulation {
  /** As it was given: for records and checkpoints. */
  readonly given: Json;
  /** The most batches that any step has. */
  readonly most: number;
  /** Whether all epochs have the same number. */
  readonly even: boolean;
  /** Batches of a step of this epoch. */
  at(epoch: number): number;
}

/** @throws EspalierError `invalid-option`. */
export function accumulation(given: Accumulate): Accumulation {
  const check = checkOptions('trainer');
  if (typeof given !== 'object') {
    check.integer('accumulate', given, { min: 1 });
    return { given, most: given, even: true, at: () => given };
  }
  const entries = given === null || Array.isArray(given) ? [] : Object.entries<number>(given);
  if (entries.length === 0)
    check.fail('accumulate', 'a whole number >= 1, or such numbers by epoch, { 0: 8, 4: 4 }', given);
  for (const [epoch, batches] of entries) {
    check.integer(`accumulate[${epoch}]`, batches, { min: 1 });
    if (!/^(0|[1-9]\d*)$/.test(epoch))
      check.fail('accumulate', 'given by epochs, which are whole numbers from 0', epoch);
  }
  const steps = entries
    .map(([epoch, batches]) => ({ from: Number(epoch), batches }))
    .sort((a, b) => a.from - b.from);
  const at = (epoch: number): number => steps.filter(({ from }) => from <= epoch).at(-1)?.batches ?? 1;
  const all = [at(0), ...steps.map(({ batches }) => batches)];
  return {
    given: Object.fromEntries(steps.map(({ from, batches }) => [from, batches])),
    most: Math.max(...all),
    even: new Set(all).size === 1,
    at,
  };
}
