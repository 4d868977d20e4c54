import { EspalierError, option } from '@espalier/core';
import { fitTexts, shortNumber } from '../drawing/cell-text.js';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, withTitle } from '../drawing/check-chart.js';
import { orderByConfusion } from './class-order.js';
import { twoColorImage } from './confusion-image.js';
import { gridEncoding, textLayers } from './heat-map-cells.js';
import { columnLabelWidth, labelParams, rowLabelWidth } from './heat-map-parts.js';
import { shareFormat } from '../drawing/legends.js';
import { toMatrix, type Matrix, type MatrixLike } from '../drawing/matrix.js';
import { colorAt, colorScale, palettes, wantsDarkInk } from '../drawing/palette.js';
import { cleanText, formatNumber } from '../drawing/text.js';
import { fitLabels } from '../drawing/text-width.js';

/** How {@link confusionMatrixChart} draws. */
export interface ConfusionMatrixOptions extends Partial<ChartOptions> {
  /** Writes numbers into the cells where they fit. Default: true up to 20 classes. */
  readonly showValues?: boolean;
  /** What the numbers are: counts, or percent of the actual class. Default `counts`. */
  readonly values?: 'counts' | 'rates';
  /** Classes as given, or those next to each other that are taken for each other. Default `given`. */
  readonly order?: 'given' | 'confusion';
}

/** With more classes than this the cells are one picture. */
const manyClasses = 30;
const named = 3;

/**
 * A confusion matrix: row = actual class, column = predicted class, number = count.
 *
 * Colours are shares of the row, so that rare classes weigh as much as common ones. Correct predictions are blue on
 * `[0, 1]`; confusions are orange up to the largest of them, for a few errors are what one looks for. The largest
 * confusions are also named below the title.
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
 * const chart = confusionMatrixChart([[48, 2], [5, 45]], ['cat', 'dog'], { values: 'rates' });
 * console.log(chart.title.text); // Confusion matrix
 * ```
 */
export function confusionMatrixChart(
  matrix: MatrixLike,
  labels?: readonly string[],
  options: ConfusionMatrixOptions = {},
): Chart {
  const scope = 'confusion-matrix-chart';
  const titled = withTitle(options, 'Confusion matrix');
  const check = checkChart(scope, titled, {
    showValues: option.boolean({ optional: true }),
    values: option.oneOf(['counts', 'rates'], { optional: true }),
    order: option.oneOf(['given', 'confusion'], { optional: true }),
  });
  const given = toMatrix(check, scope, 'matrix', matrix);
  const classes = given.rows;
  const { showValues = classes <= 20, values = 'counts', order = 'given' } = options;
  checkCounts(scope, given);
  if (labels !== undefined) {
    if (!Array.isArray(labels) || labels.some((label) => typeof label !== 'string')) {
      check.fail('labels', 'an array of strings', labels);
    }
    if (labels.length !== classes) check.fail('labels', `${classes} texts, one for each class`, labels);
  }
  const places = order === 'confusion' ? orderByConfusion(sharesOf(given)) : undefined;
  const of = (index: number) => places?.[index] ?? index;
  const counts: Matrix = { ...given, at: (r, c) => given.at(of(r), of(c)) };
  const shares = sharesOf(counts);
  const cells = Array.from({ length: classes * classes }, (_, i) => {
    const [row, column] = [Math.floor(i / classes), i % classes];
    return { row, column, count: counts.at(row, column), share: shares.at(row, column) };
  });
  const allNames = Array.from({ length: classes }, (_, i) => cleanText(labels?.[of(i)] ?? String(of(i))));
  const names = labels === undefined && places === undefined ? undefined : allNames;
  const around = {
    rows: names && fitLabels(names, rowLabelWidth, 11),
    columns: names && fitLabels(names, columnLabelWidth, 11),
    xLabel: 'Predicted',
    yLabel: 'Actual',
    valueLabel: '',
  };
  const errors = cells.filter((c) => c.row !== c.column && c.share > 0).sort((a, b) => b.share - a.share);
  const worst = errors[0]?.share ?? 1;
  const side = classes > manyClasses ? 420 : Math.round(Math.min(480, Math.max(140, classes * 36)));
  const size = { width: options.width ?? side, height: options.height ?? side };
  const remarks = ['Colour: share of the actual class'];
  if (errors.length > 0) {
    const short = fitLabels(allNames, columnLabelWidth, 11);
    const list = errors
      .slice(0, named)
      .map((c) => `${short[c.row]} as ${short[c.column]} (${percent(c.share)})`);
    remarks.push(`Most confused: ${list.join(', ')}`);
  }
  const total = cells.reduce((sum, cell) => sum + cell.count, 0);
  const right = cells.reduce((sum, cell) => sum + (cell.row === cell.column ? cell.count : 0), 0);
  const says = `Confusion matrix of ${classes} ${classes === 1 ? 'class' : 'classes'}, ${formatNumber(right)} of ${formatNumber(total)} right`;
  const scales = { correct: 1, confused: worst };
  if (classes > manyClasses) {
    return makeChart({ ...titled, ...size }, remarks, says, {
      params: labelParams(around),
      layer: twoColorImage(shares, around, scales),
      resolve: { scale: { color: 'independent' } },
    });
  }
  const place = gridEncoding(around, classes, classes, size);
  const written = cells.map((cell) => (cell.count === 0 && cell.row !== cell.column ? undefined : cell));
  const ways =
    values === 'rates'
      ? [1, 0].map((digits) => written.map((c) => (c === undefined ? '' : rate(c.share, digits))))
      : [
          written.map((c) => (c === undefined ? '' : formatNumber(c.count))),
          ...[2, 1].map((digits) =>
            written.map((c) => (c === undefined ? '' : shortNumber(c.count, digits))),
          ),
        ];
  const fitted = showValues ? fitTexts(ways, size.width / classes, size.height / classes) : undefined;
  if (showValues) {
    remarks.push(
      fitted === undefined
        ? 'Numbers not written: the cells are too small'
        : `Numbers: ${values === 'rates' ? 'percent of the actual class' : 'counts'}`,
    );
  }
  const half = (correct: boolean) => {
    const scheme = correct ? 'blues' : 'oranges';
    const high = correct ? scales.correct : scales.confused;
    const values = cells.flatMap((cell, i) =>
      (cell.row === cell.column) === correct
        ? [
            {
              ...cell,
              text: fitted?.texts[i] ?? '',
              dark: wantsDarkInk(colorAt(palettes[scheme], cell.share / high)),
            },
          ]
        : [],
    );
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
                format: shareFormat(high),
                values: [0, high / 2, high],
              },
            },
          },
        },
        ...(fitted === undefined ? [] : textLayers(values, place, fitted.fontSize)),
      ],
    };
  };
  return makeChart({ ...titled, ...size }, remarks, says, {
    params: labelParams(around),
    layer: [half(true), half(false)].filter((layer) => layer.layer[0]!.data.values.length > 0),
    resolve: { scale: { color: 'independent' } },
  });
}

/** Counts divided by the sum of their row; a class without examples has shares of 0. */
function sharesOf({ rows, columns, at }: Matrix): Matrix {
  const sums = Array.from({ length: rows }, (_, r) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += at(r, c);
    return sum;
  });
  return { rows, columns, at: (r, c) => (sums[r] === 0 ? 0 : at(r, c) / sums[r]!) };
}

/** Percent; what is neither nothing nor all does not read as if it were. */
function rate(share: number, digits: number): string {
  const text = (share * 100).toFixed(digits);
  const least = 10 ** -digits;
  if (share > 0 && Number(text) === 0) return `<${least}`;
  return share < 1 && Number(text) === 100 ? `>${(100 - least).toFixed(digits)}` : text;
}

function percent(share: number): string {
  return `${formatNumber(Number((share * 100).toPrecision(2)))}\u00a0%`;
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
