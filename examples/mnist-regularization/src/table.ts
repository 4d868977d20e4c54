import type { StudyResult } from './study.js';

/** The figures of each run, as texts: the same table for the terminal and for the report. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One line for each run. Accuracies and sparsity in percent; the gap is training minus test accuracy, in points. */
export function resultTable(results: readonly StudyResult[]): Table {
  return {
    columns: ['run', 'train %', 'validation %', 'test %', 'gap', 'sparsity %', 'epochs', 's / epoch'],
    rows: results.map((result) => {
      const { record, trainAccuracy, validationAccuracy, testAccuracy, sparsity } = result;
      const { seconds } = record;
      return [
        result.variant.name,
        percent(trainAccuracy),
        percent(validationAccuracy),
        percent(testAccuracy),
        ((trainAccuracy - testAccuracy) * 100).toFixed(2),
        (sparsity * 100).toFixed(1),
        String(record.epochs.length),
        (seconds.reduce((a, b) => a + b, 0) / seconds.length).toFixed(2),
      ];
    }),
  };
}

/** The table with aligned columns: texts left, numbers right. */
export function formatTable({ columns, rows }: Table): string {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function percent(share: number): string {
  return (share * 100).toFixed(2);
}
