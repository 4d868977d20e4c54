import { EspalierError } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from './chart.js';
import { checkChart } from './check-chart.js';
import { gridEncoding, textLayers } from './heat-map-cells.js';
import { heatMap, manyCells } from './heat-map.js';
import { labelParams } from './heat-map-parts.js';
import { toMatrix, type Matrix, type MatrixLike } from './matrix.js';
import { colorAt, colorScale, palettes, wantsDarkInk } from './palette.js';
import { cleanText, formatNumber } from './text.js';

/** How {@link confusionMatrixChart} draws. */
export interface ConfusionMatrixOptions extends Partial<ChartOptions> {
  /** Writes the counts into the cells. Default: true up to 20 classes. */
  readonly showValues?: boolean;
}

/**
 * A confusion matrix: row = actual class, column = predicted class, number = count.
 *
 * Colours are shares of the row, so that rare classes weigh as much as common ones. Correct predictions are blue on
 * `[0, 1]`; confusions are orange up to the largest of them, for a few errors are what one looks for. Above 30
 * classes it is a plain heat map of the shares.
 *
 * @param matrix - counts >= 0 `[C, C]`, rows = actual, as scikit-learn's `confusion_matrix`
 * @param labels - name of each class; default the indices
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options or a number of labels other than C; `invalid-data` when the
 * matrix is not square, empty, or holds a number that is no count
 * @example
 * ```ts
 * import { confusionMatrixChart } from '@espalier/visualization';
 *
 * const chart = confusionMatrixChart([[48, 2], [5, 45]], ['cat', 'dog']);
 * console.log(chart.title.text); // Confusion matrix
 * ```
 */
export function confusionMatrixChart(
  matrix: MatrixLike,
  labels?: readonly string[],
  options: ConfusionMatrixOptions = {},
): Chart {
  const scope = 'confusion-matrix-chart';
  const titled = { ...options, title: options.title ?? 'Confusion matrix' };
  const check = checkChart(scope, titled);
  const counts = toMatrix(check, scope, 'matrix', matrix);
  const classes = counts.rows;
  const { showValues = classes <= 20 } = options;
  check.boolean('showValues', showValues);
  checkCounts(scope, counts);
  if (labels !== undefined) {
    if (!Array.isArray(labels) || labels.some((label) => typeof label !== 'string')) {
      check.fail('labels', 'an array of strings', labels);
    }
    if (labels.length !== classes) check.fail('labels', `${classes} texts, one for each class`, labels);
  }
  const cells = shareCells(counts);
  if (cells.length > manyCells) {
    return heatMap({
      ...titled,
      values: { data: cells.map((cell) => cell.share), rows: classes, columns: classes },
      ...(labels === undefined ? {} : { rowLabels: labels, columnLabels: labels }),
      width: options.width ?? 420,
      height: options.height ?? 420,
      xLabel: 'Predicted',
      yLabel: 'Actual',
      valueLabel: 'Share of row',
      domain: [0, 1],
    });
  }
  const names = labels?.map(cleanText);
  const around = { rows: names, columns: names, xLabel: 'Predicted', yLabel: 'Actual', valueLabel: '' };
  const place = gridEncoding(around, classes, classes);
  const worst = Math.max(...cells.filter((c) => c.row !== c.column).map((c) => c.share), 0) || 1;
  const half = (correct: boolean) => {
    const scheme = correct ? 'blues' : 'oranges';
    const high = correct ? 1 : worst;
    const values = cells
      .filter((cell) => (cell.row === cell.column) === correct)
      .map((cell) => ({
        ...cell,
        text: cell.count === 0 && !correct ? '' : formatNumber(cell.count),
        dark: wantsDarkInk(colorAt(palettes[scheme], cell.share / high)),
      }));
    return {
      layer: [
        {
          data: { values: values.map(({ row, column, share }) => ({ row, column, share })) },
          mark: { type: 'rect', aria: false },
          encoding: {
            ...place,
            color: {
              field: 'share',
              type: 'quantitative',
              scale: colorScale(scheme, [0, high]),
              legend: {
                title: correct ? 'Correct' : 'Confused',
                gradientThickness: 12,
                gradientLength: 80,
                format: high < 0.02 ? '.1%' : '.0%',
                values: [0, high / 2, high],
              },
            },
          },
        },
        ...(showValues ? textLayers(values, place) : []),
      ],
    };
  };
  const side = Math.round(Math.min(480, Math.max(140, classes * 36)));
  return makeChart(
    { ...titled, width: options.width ?? side, height: options.height ?? side },
    ['Colour: share of the actual class'],
    {
      params: labelParams(around),
      layer: [half(true), half(false)].filter((layer) => layer.layer[0]!.data.values.length > 0),
      resolve: { scale: { color: 'independent' } },
    },
  );
}

function shareCells({ rows, columns, at }: Matrix) {
  return Array.from({ length: rows }, (_, row) => {
    const line = Array.from({ length: columns }, (_, column) => at(row, column));
    const sum = line.reduce((total, count) => total + count, 0);
    return line.map((count, column) => ({ row, column, count, share: sum === 0 ? 0 : count / sum }));
  }).flat();
}

function checkCounts(scope: string, { rows, columns, at }: Matrix): void {
  const refuse = (message: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message });
  };
  if (rows !== columns)
    refuse(`the matrix must be square, one row and column per class; got ${rows} x ${columns}.`);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const count = at(r, c);
      if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER)) {
        refuse(`row ${r}, column ${c} must be a count >= 0, got ${String(count)}.`);
      }
    }
  }
}
