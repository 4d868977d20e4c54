import { option } from '@espalier/core';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, checkedLater, pair, text } from '../drawing/check-chart.js';
import { cellLayers } from './heat-map-cells.js';
import {
  columnLabelWidth,
  heatMapDomain,
  labelParams,
  rowLabelWidth,
  type Labels,
} from './heat-map-parts.js';
import { imageLayers, shrink } from './heat-map-image.js';
import { makeChart } from '../drawing/chart.js';
import { isDrawable } from '../drawing/domain.js';
import { toMatrix, type MatrixLike } from '../drawing/matrix.js';
import { palettes, type ColorScheme } from '../drawing/palette.js';
import { fitLabels } from '../drawing/text-width.js';
import { cleanText, counted, formatNumber } from '../drawing/text.js';

/** What {@link heatMap} draws. */
export interface HeatMapOptions extends ChartOptions {
  /** Rows top to bottom, or flat row-major `data` with its shape. Numbers of any size; NaN and infinities show as grey cells. */
  readonly values: MatrixLike;
  /** One text per row. Default: the row's index. */
  readonly rowLabels?: readonly string[];
  /** One text per column. Default: the column's index. */
  readonly columnLabels?: readonly string[];
  /** Title of the horizontal axis. Default none. */
  readonly xLabel?: string;
  /** Title of the vertical axis. Default none. */
  readonly yLabel?: string;
  /** Title of the colour bar. Default none. */
  readonly valueLabel?: string;
  /** Default `blues`, and `blue-orange` when symmetric. */
  readonly colorScheme?: ColorScheme;
  /** Colours centred on 0, for values of both signs. Default false. */
  readonly symmetric?: boolean;
  /** Values at the two ends of the colours; beyond them the colour stays. Default: the extent of the values. */
  readonly domain?: readonly [number, number];
  /** Writes the values into the cells, smaller or shortened where they would not fit, and not where even that is too long. Default: true up to 144 cells; not possible above 900. */
  readonly showValues?: boolean;
}

/** With more cells than this they are drawn as one picture: as rectangles, 784 x 128 would take 16 MB. */
export const manyCells = 900;

/**
 * A table of numbers as coloured cells.
 *
 * Up to 900 cells are rectangles, more are pixels of one PNG inside the chart. Above 1,024 rows or columns
 * neighbouring cells are averaged down to that many, and the chart says so.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options or counts of labels; `invalid-data` for an empty matrix,
 * rows of different lengths, or a shape that does not fit the data
 * @example
 * ```ts
 * import { heatMap } from '@espalier/visualization';
 *
 * const chart = heatMap({
 *   title: 'Correlation',
 *   values: [[1, -0.4], [-0.4, 1]],
 *   rowLabels: ['width', 'loss'],
 *   columnLabels: ['width', 'loss'],
 *   symmetric: true,
 * });
 * console.log(chart.title.text); // Correlation
 * ```
 */
export function heatMap(options: HeatMapOptions): Chart {
  const scope = 'heat-map';
  const check = checkChart(scope, options, rules);
  const { symmetric = false, domain, xLabel = '', yLabel = '', valueLabel = '' } = options;
  const { colorScheme = symmetric ? 'blue-orange' : 'blues' } = options;
  const matrix = toMatrix(check, scope, 'values', options.values);
  const cells = matrix.rows * matrix.columns;
  const { showValues = cells <= 144 } = options;
  if (showValues && cells > manyCells) {
    check.fail('showValues', `false for more than ${manyCells} cells (here ${cells})`, showValues);
  }
  const labels: Labels = {
    rows: checkLabels('rowLabels', options.rowLabels, matrix.rows, rowLabelWidth),
    columns: checkLabels('columnLabels', options.columnLabels, matrix.columns, columnLabelWidth),
    xLabel: cleanText(xLabel),
    yLabel: cleanText(yLabel),
    valueLabel: cleanText(valueLabel),
  };
  if (domain !== undefined) {
    const [low, high] = Array.isArray(domain) && domain.length === 2 ? domain : [NaN, NaN];
    if (!isDrawable(low) || !isDrawable(high) || low >= high) {
      check.fail('domain', 'two finite numbers, the lower first', domain);
    }
  }

  const { ends, missing } = heatMapDomain(matrix, symmetric);
  const remarks = missing > 0 ? [`${counted(missing, 'value')} not finite, shown grey`] : [];
  const colors = { scheme: colorScheme, domain: domain ?? ends };
  const says =
    `Heat map of ${matrix.rows} rows${labels.yLabel && ` (${labels.yLabel})`} and ${matrix.columns} columns` +
    `${labels.xLabel && ` (${labels.xLabel})`}, ${labels.valueLabel || 'values'} from ${formatNumber(ends[0])} to ${formatNumber(ends[1])}`;
  const size = plotSize(options, matrix.rows, matrix.columns);
  if (cells <= manyCells) {
    const { layers, hidden } = cellLayers(matrix, labels, colors, { ...size, showValues });
    if (hidden) remarks.push('values not written: the cells are too small');
    return makeChart({ ...options, ...size }, remarks, says, { params: labelParams(labels), layer: layers });
  }
  const small = shrink(matrix, size);
  if (small.remark !== '') remarks.push(small.remark);
  return makeChart({ ...options, ...size }, remarks, says, {
    params: labelParams(labels),
    layer: imageLayers(small.matrix, matrix, labels, colors),
  });

  function checkLabels(name: string, list: readonly string[] | undefined, count: number, width: number) {
    if (list === undefined) return undefined;
    if (list.length !== count) check.fail(name, `${count} texts, one for each`, list);
    return fitLabels(list.map(cleanText), width, 11);
  }
}

const labels = () =>
  option.list<string, { optional: true; expected: string }>(option.text({ empty: true }), {
    optional: true,
    expected: 'an array of strings',
  });

const rules = {
  values: checkedLater<MatrixLike>('an array of rows or { data, rows, columns }'),
  rowLabels: labels(),
  columnLabels: labels(),
  xLabel: text(),
  yLabel: text(),
  valueLabel: text(),
  colorScheme: option.oneOf(Object.keys(palettes) as ColorScheme[], { optional: true }),
  symmetric: option.boolean({ optional: true }),
  domain: pair(),
  showValues: option.boolean({ optional: true }),
};

/** Cells of 34 px where that fits into 480 px; the plot of a large matrix is 560 px wide and keeps its proportions within bounds. */
function plotSize({ width, height }: ChartOptions, rows: number, columns: number) {
  if (rows * columns <= manyCells) {
    const cell = Math.min(34, 480 / Math.max(rows, columns));
    return {
      width: width ?? Math.max(60, Math.round(cell * columns)),
      height: height ?? Math.max(40, Math.round(cell * rows)),
    };
  }
  const w = width ?? (columns >= rows ? 560 : 360);
  return { width: w, height: height ?? Math.round(Math.min(480, Math.max(90, (w * rows) / columns))) };
}
