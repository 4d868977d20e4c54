import { checkOptions, option, readOptions } from '@espalier/core';
import { directionOfName } from '@espalier/core/internal';
import { knownNames } from '../known-names.js';

/** Options of {@link overfittingGap}. */
export interface OverfittingGapOptions {
  /** Default `loss`. */
  readonly metric?: string;
  /** Which values are better. Default: as the metric's name says. */
  readonly better?: 'lower' | 'higher';
  /** How much the validation may get worse after its best, as a share of its range over the run. Default 0.1. */
  readonly tolerance?: number;
}

/** How far training and validation are apart. */
export interface OverfittingGap {
  readonly metric: string;
  /** Number of the epoch (from 1) with the best validation. */
  readonly bestEpoch: number;
  /** Validation less training, the sign turned where higher is better: above 0 is worse on validation. */
  readonly gapAtBest: number;
  readonly gapAtEnd: number;
  /** How much worse the validation is at the end than at its best; 0 where the end is best. */
  readonly lost: number;
  /** Whether validation got worse after its best while training went on getting better. */
  readonly overfits: boolean;
  readonly sentence: string;
}

/**
 * Whether a run learned its training data by heart: a sentence, from its record.
 *
 * @param record A run's record, or anything with `epochs`; each needs the metric and `val_<metric>`.
 * @param options.metric Default `loss`.
 * @param options.better Default: as the name says; a loss is better where lower.
 * @param options.tolerance Default 0.1.
 * @throws EspalierError `invalid-option` for a metric that the record does not have with its validation, or without a direction.
 * @example
 * ```ts
 * const record = await new Trainer({ model, loss, optimizer }).fit(train, { epochs: 9, validation });
 * console.log(overfittingGap(record).sentence);
 * ```
 */
export function overfittingGap(
  record: { readonly epochs: readonly Readonly<Record<string, number>>[] },
  options: OverfittingGapOptions = {},
): OverfittingGap {
  const { metric, tolerance, better } = readOptions('overfitting-gap', options, {
    metric: option.text({ default: 'loss' }),
    better: option.oneOf(['lower', 'higher'], { optional: true }),
    tolerance: option.number({ min: 0, default: 0.1 }),
  }).values;
  const check = checkOptions('overfitting-gap');
  const names = [...new Set((record?.epochs ?? []).flatMap(Object.keys))];
  const both = names.filter((name) => names.includes(`val_${name}`));
  if (!both.includes(metric))
    return check.fail(
      'metric',
      `one that the record has with its validation (${knownNames(both, metric)})`,
      metric,
    );
  const direction = better ?? (/(^|_)loss$/.test(metric) ? 'lower' : directionOfName(metric));
  if (!direction) return check.fail('better', `'lower' or 'higher', which '${metric}' does not say`, better);
  const sign = direction === 'lower' ? 1 : -1;
  const points = (record?.epochs ?? []).flatMap((epoch, i) => {
    const [train, validation] = [epoch[metric], epoch[`val_${metric}`]];
    if (!Number.isFinite(train) || !Number.isFinite(validation)) return [];
    return [{ epoch: i + 1, train: sign * train!, validation: sign * validation! }];
  });
  if (points.length === 0)
    return check.fail('metric', `one that is finite together with its validation in some epoch`, metric);
  const best = points.reduce((a, b) => (b.validation < a.validation ? b : a));
  const last = points.at(-1)!;
  const range = Math.max(...points.map(({ validation }) => validation)) - best.validation;
  const lost = last.validation - best.validation;
  const overfits = lost > tolerance * range && lost > 0 && last.train < best.train;
  const number = (value: number): string => (sign * value).toPrecision(3);
  const diverged = record.epochs
    .slice(last.epoch)
    .some((epoch) => metric in epoch && `val_${metric}` in epoch);
  const sentence = diverged
    ? `${metric} or val_${metric} is not finite after epoch ${last.epoch}: the run diverged. Before, the best val_${metric} is ${number(best.validation)} after epoch ${best.epoch}.`
    : overfits
      ? `It overfits after epoch ${best.epoch}: val_${metric} goes from ${number(best.validation)} to ${number(last.validation)} while ${metric} goes from ${number(best.train)} to ${number(last.train)}.`
      : lost > tolerance * range && lost > 0
        ? `val_${metric} is worse than after epoch ${best.epoch}, but so is ${metric}: it does not overfit, it has become unstable.`
        : `It does not overfit: val_${metric} ends at ${number(last.validation)}, its best is ${number(best.validation)} after epoch ${best.epoch}.`;
  return {
    metric,
    bestEpoch: best.epoch,
    gapAtBest: best.validation - best.train,
    gapAtEnd: last.validation - last.train,
    lost,
    overfits,
    sentence,
  };
}
