import { option, readOptions } from '@espalier/core';
import type { Pruner } from './pruner.js';
import { costOf, currentSeries, least } from './pruner.js';

/** Options of {@link patientPruner}. */
export interface PatientPrunerOptions {
  /** Reports without improvement that are let pass, >= 0. */
  readonly patience: number;
  /** A smaller change is no improvement, >= 0. Default 0. */
  readonly minDelta?: number;
  /** Asked only when patience is at its end. Default: prune then. */
  readonly pruner?: Pruner;
}

/**
 * Prunes a trial only when it has not got better for `patience + 1` reports in a row; another pruner may be asked then.
 *
 * Reference: decides as Optuna's `PatientPruner`.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const pruner = patientPruner({ patience: 2, pruner: medianPruner() });
 * ```
 */
export function patientPruner(options: PatientPrunerOptions): Pruner {
  const { values, config } = readOptions('patient-pruner', options, {
    patience: option.integer({ min: 0 }),
    minDelta: option.number({ min: 0, default: 0 }),
    pruner: option.custom<Pruner>({
      optional: true,
      expected: 'a pruner',
      accepts: (value) => typeof (value as Partial<Pruner>)?.prune === 'function',
    }),
  });
  const { patience, minDelta, pruner } = values;
  return {
    config,
    prune(request) {
      const current = currentSeries(request.trial.reports);
      if (!current || current.series.length <= patience + 1) return false;
      const costs = current.series.map(({ value }) => costOf(value, request.direction));
      const before = least(costs.slice(0, -patience - 1));
      const after = least(costs.slice(-patience - 1));
      if (!(before + minDelta < after)) return false;
      return pruner ? pruner.prune(request) : true;
    },
  };
}
