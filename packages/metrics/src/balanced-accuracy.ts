import type { Metric } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import type { ClassReading } from './class-pairs.js';
import { classChecks, READING_RULES } from './class-pairs.js';
import { countsOf, countSums } from './class-counts.js';

/** Options of {@link balancedAccuracy}. */
export interface BalancedAccuracyOptions<Name extends string = 'balancedAccuracy'> extends ClassReading {
  /** Whether chance is 0 and perfect 1. Default false. */
  readonly adjusted?: boolean;
  /** What it is called in logs. Default `balancedAccuracy`. */
  readonly name?: Name;
}

/**
 * Mean recall of the classes that have examples, from 0 to 1, so that rare classes count as much as common ones.
 *
 * ```text
 * balancedAccuracy = mean over c with examples of tp_c / (tp_c + fn_c);   adjusted: (value - 1/C) / (1 - 1/C)
 * ```
 *
 * @param options.adjusted Default false.
 * @param options.threshold Of a single output, 0 < t < 1. Default 0.5.
 * @param options.from `logits` (default) or `probabilities`.
 * @param options.ignoreIndex A label that does not count. Default: none.
 * @param options.name Default `balancedAccuracy`.
 * @returns A {@link Metric}; NaN without examples.
 * @throws EspalierError `invalid-option` for bad options; `sums` throws `invalid-data` for shapes that do not fit.
 * @example
 * ```ts
 * new Trainer({ model, loss, optimizer, metrics: [balancedAccuracy()] }); // logs balancedAccuracy, val_balancedAccuracy
 * ```
 * Source: as scikit-learn `balanced_accuracy_score`; torchmetrics `Accuracy(average='macro')` counts classes that were predicted only, too.
 */
export function balancedAccuracy<const Name extends string = 'balancedAccuracy'>(
  options: BalancedAccuracyOptions<Name> = {},
): Metric<NoInfer<Name>, number> {
  const { values, config } = readOptions('balanced-accuracy', options, {
    ...READING_RULES,
    adjusted: option.boolean({ default: false }),
    name: option.text({ default: 'balancedAccuracy' }),
  });
  const reading = { ...values, multiLabel: false };
  return {
    name: values.name as Name,
    config,
    better: 'higher',
    ...classChecks('balanced-accuracy', values),
    sums: (batch) => countSums('balanced-accuracy', batch, reading),
    result(totals) {
      const present = countsOf(totals).classes.filter(({ tp, fn }) => tp + fn > 0);
      const mean = present.reduce((sum, { tp, fn }) => sum + tp / (tp + fn), 0) / present.length;
      const chance = 1 / present.length;
      return values.adjusted ? (mean - chance) / (1 - chance) : mean;
    },
  };
}
