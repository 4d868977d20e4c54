import { checkOptions, option, readOptions } from '@espalier/core';
import { lineUp, textLines } from '@espalier/core/internal';
import { marginsOf } from './matrix-sums.js';
import { share } from './class-counts.js';

/** Options of {@link classificationReport}. */
export interface ClassificationReportOptions {
  /** Names of the classes, in order. Default `0`, `1`, ... */
  readonly classNames?: readonly string[];
  /** Digits after the point in `text`, 0 to 15. Default 2. */
  readonly digits?: number;
}

/** Precision, recall and F1 of a class, or an average of them. */
export interface ReportLine {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** (Weighted) number of examples. */
  readonly support: number;
}

/** What {@link classificationReport} gives. */
export interface ClassificationReport {
  readonly classes: readonly ReportLine[];
  readonly accuracy: number;
  readonly macro: ReportLine;
  readonly weighted: ReportLine;
  /** All of it as a table for reading. */
  readonly text: string;
}

/**
 * Precision, recall, F1 and number of examples of each class, and their averages, from a confusion matrix.
 *
 * @param matrix `[C][C]` counts, rows true, columns predicted, as {@link confusionMatrix} gives.
 * @param options.classNames C names. Default: the numbers of the classes.
 * @param options.digits Of `text`. Default 2.
 * @returns Numbers and a table. Shares of nothing are 0; all classes count in the macro average.
 * @throws EspalierError `invalid-option` for anything else.
 * @example
 * ```ts
 * console.log(classificationReport([[9, 1], [2, 2]], { classNames: ['ham', 'spam'] }).text);
 * ```
 * Source: as scikit-learn `classification_report` with `labels` of all classes.
 */
export function classificationReport(
  matrix: readonly (readonly number[])[],
  options: ClassificationReportOptions = {},
): ClassificationReport {
  const check = checkOptions('classification-report');
  if (!isSquare(matrix))
    check.fail('matrix', 'a square matrix of counts, as confusionMatrix() gives', matrix);
  const { values } = readOptions('classification-report', options, {
    classNames: option.names({ optional: true }),
    digits: option.integer({ min: 0, max: 15, default: 2 }),
  });
  const { classNames = matrix.map((_, i) => String(i)), digits } = values;
  if (classNames.length !== matrix.length) check.fail('classNames', `${matrix.length} names`, classNames);
  const { actual, predicted, total } = marginsOf(matrix);
  const classes = matrix.map((row, i): ReportLine => {
    const [precision, recall] = [share(row[i]!, predicted[i]!), share(row[i]!, actual[i]!)];
    return {
      name: classNames[i]!,
      precision,
      recall,
      f1: share(2 * row[i]!, predicted[i]! + actual[i]!),
      support: actual[i]!,
    };
  });
  const average = (name: string, weightOf: (line: ReportLine) => number): ReportLine => {
    const whole = classes.reduce((sum, line) => sum + weightOf(line), 0);
    const mean = (key: 'precision' | 'recall' | 'f1'): number =>
      share(
        classes.reduce((sum, line) => sum + weightOf(line) * line[key], 0),
        whole,
      );
    return { name, precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support: total };
  };
  const accuracy = share(
    matrix.reduce((sum, row, i) => sum + row[i]!, 0),
    total,
  );
  const macro = average('macro avg', () => 1);
  const weighted = average('weighted avg', ({ support }) => support);
  return {
    classes,
    accuracy,
    macro,
    weighted,
    text: tableOf([...classes, macro, weighted], accuracy, digits),
  };
}

function isSquare(matrix: unknown): boolean {
  return (
    Array.isArray(matrix) &&
    matrix.length > 0 &&
    matrix.every(
      (row: unknown) =>
        Array.isArray(row) &&
        row.length === matrix.length &&
        row.every((count) => Number.isFinite(count) && count >= 0),
    )
  );
}

function tableOf(lines: readonly ReportLine[], accuracy: number, digits: number): string {
  const shown = (value: number): string => value.toFixed(digits);
  const cells = lines.map(({ name, precision, recall, f1, support }) => [
    name,
    shown(precision),
    shown(recall),
    shown(f1),
    String(Number(support.toFixed(digits))),
  ]);
  const support = cells.at(-1)![4]!;
  const table = [
    ['', 'precision', 'recall', 'f1', 'support'],
    ...cells.slice(0, -2),
    ['accuracy', '', '', shown(accuracy), support],
    ...cells.slice(-2),
  ];
  return textLines(lineUp(table, (column) => column > 0)).join('\n');
}
