import { EspalierError } from '@espalier/core';

/** Whether a lower or a higher value is better; `auto` goes by the metric's name. */
export type MonitorMode = 'auto' | 'min' | 'max';

const HIGHER_IS_BETTER = new Set(['accuracy', 'auc', 'precision', 'recall', 'f1', 'r2', 'sparsity']);
const LOWER_IS_BETTER = new Set(['loss', 'penalty', 'error', 'mse', 'mae', 'rmse']);

/**
 * The direction of a monitored metric. With `auto` the words of its name decide: `val_loss`, `meanSquaredError` and the
 * like are minimised; accuracy, AUC, precision, recall, F1, R2 and sparsity are maximised.
 *
 * @throws EspalierError `invalid-option` for `auto` where the name does not tell.
 */
export function resolveMode(scope: string, monitor: string, mode: MonitorMode): 'min' | 'max' {
  if (mode !== 'auto') return mode;
  const words = monitor
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const higher = words.some((word) => HIGHER_IS_BETTER.has(word));
  const lower = words.some((word) => LOWER_IS_BETTER.has(word));
  if (higher !== lower) return higher ? 'max' : 'min';
  throw new EspalierError({
    code: 'invalid-option',
    scope,
    message: `mode 'auto' cannot tell from the name '${monitor}' whether lower or higher is better; give mode: 'min' or 'max'.`,
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
