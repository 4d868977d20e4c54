import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { checkOptions, EspalierError, option } from '@espalier/core';

/** Whether a lower or a higher value is better; `auto` is as the metric itself says. */
export type MonitorMode = 'auto' | 'min' | 'max';

/**
 * When a metric is judged: at the end of each epoch, or after each validation, of which an epoch may have several
 * (`validationEvery`).
 */
export type JudgedAt = 'epoch' | 'validation';

/** The rule of an option `mode`. */
export const modeRule = option.oneOf(['auto', 'min', 'max'], { default: 'auto' });

/** The rule of an option `judgeAt`. */
export const judgeAtRule = option.oneOf(['epoch', 'validation'], { default: 'epoch' });

/**
 * The hook of a plugin that judges metrics.
 *
 * @throws EspalierError `invalid-option` for a metric that no validation gives, where validations are judged.
 */
export function judging(
  scope: string,
  at: JudgedAt,
  monitors: readonly string[],
  judge: (run: Run, logs: EpochLogs) => void | Promise<void>,
): Pick<Plugin, 'onEpochEnd' | 'onValidationEnd'> {
  if (at === 'epoch') return { onEpochEnd: judge };
  const other = monitors.find((name) => !name.startsWith('val_'));
  if (other !== undefined) {
    checkOptions(scope).fail('monitor', "the name of a val_ metric where judgeAt is 'validation'", other);
  }
  return { onValidationEnd: judge };
}

/**
 * The direction of a monitored metric in a run.
 *
 * @throws EspalierError `invalid-option` for `auto` where the run does not know, e.g. of a number that a plugin logs.
 */
export function resolveMode(scope: string, run: Run, monitor: string, mode: MonitorMode): 'min' | 'max' {
  if (mode !== 'auto') return mode;
  const better = run.directionOf(monitor);
  if (better !== undefined) return better === 'higher' ? 'max' : 'min';
  throw new EspalierError({
    code: 'invalid-option',
    scope,
    message: `the run does not say whether lower or higher values of '${monitor}' are better; give mode: 'min' or 'max'.`,
  });
}

/**
 * Whether `value` is better than `reference` by more than `margin`, compared in float64. NaN never is, and anything else
 * is better than nothing.
 */
export function improves(
  value: number,
  reference: number | undefined,
  mode: 'min' | 'max',
  margin = 0,
): boolean {
  if (Number.isNaN(value)) return false;
  if (reference === undefined) return true;
  return mode === 'min' ? value + margin < reference : value - margin > reference;
}
