import { counted, greater, signed } from '@espalier-examples/studies-kit';
import { meanOverSeeds } from '@espalier/visualization';
import type { StudyResult } from './study.js';

/**
 * What the study found, in one sentence: the way whose test accuracy is furthest above the baseline's, by how much, run by run
 * of the same seed, and whether that is more than chance. `undefined` where there is nothing to compare.
 */
export function finding(results: readonly StudyResult[], baseline = 'baseline'): string | undefined {
  const of = (name: string) =>
    results.flatMap(({ variant, record, testAccuracy }) =>
      variant.name === name ? [{ seed: record.seed, accuracy: 100 * testAccuracy }] : [],
    );
  const others = [...new Set(results.map(({ variant }) => variant.name))].filter((name) => name !== baseline);
  const [best] = others
    .map((name) => {
      const { differences } = greater([name, of(name)], [baseline, of(baseline)], ({ accuracy }) => accuracy);
      return { name, differences, ...meanOverSeeds(differences, { comparisons: others.length }) };
    })
    .filter(({ mean }) => !Number.isNaN(mean))
    .sort((a, b) => b.mean - a.mean);
  if (!best) return undefined;
  const { name, differences, mean, margin } = best;
  const ways = counted(others.length, 'way');
  const points = signed(mean, 2);
  if (differences.length === 1)
    return `Of ${ways} ${name} has the best test accuracy, ${points} points against the baseline; one seed cannot tell whether that is more than chance.`;
  const range = `${points} ± ${margin.toFixed(2)} points against the baseline (${differences.length} seeds, 95 % confidence${others.length > 1 ? ' for all ways at once' : ''})`;
  return mean > margin
    ? `Of ${ways} ${name} raises test accuracy most: ${range}.`
    : `None of ${ways} raises test accuracy by more than chance explains: the best, ${name}, has ${range}.`;
}
