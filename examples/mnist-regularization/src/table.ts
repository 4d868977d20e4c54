import type { ReportTable } from '@espalier/visualization';
import { deviation, mean } from '@espalier-examples/studies-kit';
import type { StudyResult } from './study.js';

/**
 * One line for each variant: mean ± standard deviation over its seeds. Accuracies and sparsity in percent; the gap is training
 * minus test accuracy, in points. The same table for the terminal and for the report.
 */
export function resultTable(results: readonly StudyResult[]): ReportTable {
  const names = [...new Set(results.map(({ variant }) => variant.name))];
  return {
    columns: [
      'run',
      'train %',
      { label: 'validation %', best: 'max' },
      { label: 'test %', best: 'max' },
      'gap',
      'sparsity %',
      'epochs',
      's / epoch',
    ],
    rows: names.map((name) => {
      const runs = results.filter(({ variant }) => variant.name === name);
      return [
        name,
        ...FIGURES.map(([of, digits, hasSpread]) => {
          const values = runs.map(of);
          const isSpread = hasSpread && runs.length > 1;
          return isSpread
            ? `${mean(values).toFixed(digits)} ± ${deviation(values).toFixed(digits)}`
            : mean(values).toFixed(digits);
        }),
      ];
    }),
  };
}

type Figure = readonly [of: (result: StudyResult) => number, digits: number, hasSpread: boolean];

const FIGURES: readonly Figure[] = [
  [({ trainAccuracy }) => trainAccuracy * 100, 2, true],
  [({ validationAccuracy }) => validationAccuracy * 100, 2, true],
  [({ testAccuracy }) => testAccuracy * 100, 2, true],
  [({ trainAccuracy, testAccuracy }) => (trainAccuracy - testAccuracy) * 100, 2, true],
  [({ sparsity }) => sparsity * 100, 1, false],
  [({ record }) => record.epochs.length, 0, false],
  [({ record }) => mean(record.seconds), 2, false],
];
