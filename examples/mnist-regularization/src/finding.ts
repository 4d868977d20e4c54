import { greater } from '@espalier-examples/studies-kit';
import type { StudyResult } from './study.js';

/**
 * What the study found, in one sentence: the way whose test accuracy is furthest above the baseline's, by how much, run by run
 * of the same seed, and whether that is more than chance. `undefined` where there is nothing to compare.
 */
export function finding(results: readonly StudyResult[]): string | undefined {
  const of = (name: string) =>
    results.flatMap(({ variant, record, testAccuracy }) =>
      variant.name === name ? [{ seed: record.seed, accuracy: 100 * testAccuracy }] : [],
    );
  const names = [...new Set(results.map(({ variant }) => variant.name))];
  const [baseline, ...others] = names;
  const [best] = others
    .map((name) => ({
      name,
      ...greater([name, of(name)], [baseline!, of(baseline!)], ({ accuracy }) => accuracy, {
        comparisons: others.length,
      }),
    }))
    .filter(({ difference }) => !Number.isNaN(difference))
    .sort((a, b) => b.difference - a.difference);
  if (!best) return undefined;
  const { name, difference, error, sign } = best;
  const seeds = of(name).length;
  const points = `${difference >= 0 ? '+' : ''}${difference.toFixed(2)}`;
  if (Number.isNaN(error))
    return `Of ${others.length} ways ${name} has the best test accuracy, ${points} points against the baseline; one seed cannot tell whether that is more than chance.`;
  const range = `${points} ± ${error.toFixed(2)} points against the baseline (${seeds} seeds, 95 % confidence${others.length > 1 ? ' for all ways at once' : ''})`;
  return sign === 1
    ? `Of ${others.length} ways ${name} raises test accuracy most: ${range}.`
    : `None of ${others.length} ways raises test accuracy by more than chance explains: the best, ${name}, has ${range}.`;
}
