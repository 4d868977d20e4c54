import { EspalierError, option } from '@espalier/core';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, list, text } from '../drawing/check-chart.js';
import { heatMap } from '../maps/heat-map.js';
import { digitsApart, formatNumber } from '../drawing/text.js';

/** A histogram of one time, such as those of `@espalier/diagnostics`' `weightHistory`. */
export interface TimedHistogram {
  /** Epochs done, or any number that names the time. */
  readonly epoch: number;
  /** One more than `counts`, ascending. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** What {@link histogramEvolution} draws. */
export interface HistogramEvolutionOptions extends ChartOptions {
  /** In the order of time; at least one. Each may have a range of its own. */
  readonly histograms: readonly TimedHistogram[];
  /** Rows of the picture, 2 to 200. Default: as many as the finest histogram has bins, at most 40. */
  readonly bins?: number;
  /** Title of the vertical axis. Default `Value`. */
  readonly yLabel?: string;
}

/**
 * How a distribution changes: a column for each time, as dark as the share of values that lie there. Histograms of different ranges are put
 * on one scale, values spread evenly over their bin.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option`; `invalid-data` without a value, or for edges that do not fit the counts
 * @example
 * ```ts
 * import { histogramEvolution } from '@espalier/visualization';
 *
 * const chart = histogramEvolution({
 *   title: 'hidden_1/kernel',
 *   histograms: [
 *     { epoch: 0, edges: [-1, 0, 1], counts: [5, 5] },
 *     { epoch: 1, edges: [-2, 0, 2], counts: [2, 8] },
 *   ],
 * });
 * console.log(chart.title.text); // hidden_1/kernel
 * ```
 */
export function histogramEvolution(options: HistogramEvolutionOptions): Chart {
  checkChart('histogram-evolution', options, {
    histograms: list('an array of { epoch, edges, counts }'),
    bins: option.integer({ min: 2, max: 200, optional: true }),
    yLabel: text(),
  });
  const { histograms, bins, yLabel = 'Value', ...chart } = options;
  histograms.forEach((one, i) => {
    const { edges, counts } = one ?? {};
    const fits =
      Array.isArray(edges) &&
      Array.isArray(counts) &&
      edges.length === counts.length + 1 &&
      edges.every((edge, j) => Number.isFinite(edge) && (j === 0 || edge >= edges[j - 1]!)) &&
      counts.every((count) => Number.isFinite(count) && count >= 0);
    if (!fits) refuse(`histograms[${i}] needs ascending edges, one more than counts, and counts >= 0.`);
  });
  const filled = histograms.filter(({ counts }) => counts.some((count) => count > 0));
  if (filled.length === 0) refuse('histograms has none with a value: there is nothing to draw.');
  const low = Math.min(...filled.map(({ edges }) => edges[0]!));
  const high = Math.max(...filled.map(({ edges }) => edges.at(-1)!));
  const rows = bins ?? Math.min(40, Math.max(2, ...filled.map(({ counts }) => counts.length)));
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const step = (to - from) / rows;
  const columns = histograms.map((one) => spread(one, from, step, rows));
  const centre = (row: number): number => from + (rows - row - 0.5) * step;
  const digits = digitsApart([centre(1), centre(0)]);
  const { height = 260 } = chart;
  // A label needs 16 px.
  const every = Math.ceil((16 * rows) / height);
  return heatMap({
    width: Math.min(560, Math.max(240, 24 * histograms.length)),
    height,
    ...chart,
    values: Array.from({ length: rows }, (_, row) => columns.map((column) => column[rows - 1 - row]!)),
    rowLabels: Array.from({ length: rows }, (_, row) =>
      row % every === 0 ? formatNumber(centre(row), digits) : '',
    ),
    columnLabels: histograms.map(({ epoch }) => String(epoch)),
    xLabel: 'Epoch',
    yLabel,
    valueLabel: 'share of values',
    showValues: false,
  });
}

/** Shares of the values of a histogram in rows of equal height; NaN where it has none. */
function spread({ edges, counts }: TimedHistogram, from: number, step: number, rows: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = new Array<number>(rows).fill(total === 0 ? NaN : 0);
  counts.forEach((count, i) => {
    if (count === 0) return;
    const [left, right] = [edges[i]!, edges[i + 1]!];
    const rowOf = (value: number): number =>
      Math.min(rows - 1, Math.max(0, Math.floor((value - from) / step)));
    if (right === left) {
      shares[rowOf(left)]! += count / total;
      return;
    }
    for (let row = rowOf(left); row <= rowOf(right); row++) {
      const overlap = Math.min(right, from + (row + 1) * step) - Math.max(left, from + row * step);
      if (overlap > 0) shares[row]! += ((count / total) * overlap) / (right - left);
    }
  });
  return shares;
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'histogram-evolution', message });
}
