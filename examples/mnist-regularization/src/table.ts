import { deviation, mean } from '@espalier-examples/studies-kit';
import type { StudyResult } from './study.js';

/** The figures of each run, as texts: the same table for the terminal and for the report. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * One line for each variant: mean ± standard deviation over its seeds. Accuracies and sparsity in percent; the gap is training
 * minus test accuracy, in points.
 */
export function resultTable(results: readonly StudyResult[]): Table {
  const names = [...new Set(results.map(({ variant }) => variant.name))];
  return {
    columns: ['run', 'train %', 'validation %', 'test %', 'gap', 'sparsity %', 'epochs', 's / epoch'],
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

/** The table with aligned columns: texts left, numbers right. */
export function formatTable({ columns, rows }: Table): string {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
