import type { Direction, TrialRecord } from '../../trial/trial-record.js';
import { costs, violation } from '../../trial/trial-record.js';

/**
 * Costs of complete trials, of mean 0 and deviation 1, and the deviation that they had. Infinite values, and those of infeasible
 * trials, count as the best or worst finite one. All are 0 where they are alike.
 */
export function standardized(
  trials: readonly TrialRecord[],
  directions: readonly Direction[],
): { values: Float64Array; deviation: number } {
  const raw = trials.map((trial) => (violation(trial) > 0 ? Infinity : costs(trial.values!, directions)[0]!));
  const finite = raw.filter(Number.isFinite);
  const [low, high] = finite.length > 0 ? [Math.min(...finite), Math.max(...finite)] : [0, 0];
  if (low === high) return { values: new Float64Array(raw.length), deviation: 0 };
  const bounded = raw.map((value) => Math.min(high, Math.max(low, value)));
  const mean = bounded.reduce((sum, value) => sum + value / bounded.length, 0);
  const variance = bounded.reduce(
    (sum, value) => sum + (value - mean) * ((value - mean) / bounded.length),
    0,
  );
  const deviation = Math.sqrt(variance) || 1;
  return { values: Float64Array.from(bounded, (value) => (value - mean) / deviation), deviation };
}
