import { EspalierError, option } from '@espalier/core';
import { binsRule, checkBins, countIntoBins, type Bins } from './bins.js';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, numbers, scale, text } from '../drawing/check-chart.js';
import { axisSpec, linearAxis, logTicks } from '../drawing/ticks.js';
import type { Numbers } from '../drawing/matrix.js';
import { cleanText, counted, formatNumber } from '../drawing/text.js';
import { seriesColor } from '../drawing/theme.js';

/** What {@link histogram} draws: `values` to be counted, or `bins` that are. */
export interface HistogramOptions extends ChartOptions {
  /** Numbers in an array of any kind. NaN and infinities are left out, and the chart says how many. */
  readonly values?: Numbers;
  /** Values counted before. */
  readonly bins?: Bins;
  /** Number of bins for `values`, 1 to 1000. Default 40. */
  readonly binCount?: number;
  /** Title of the x axis. Default `Value`. */
  readonly xLabel?: string;
  /** Title of the y axis. Default `Count`. */
  readonly yLabel?: string;
  /** `log` shows rare values beside a tall peak; it begins below 1 and leaves empty bins out. Default `linear`. */
  readonly yScale?: 'linear' | 'log';
}

/**
 * How often which values occur: bars over `binCount` intervals of equal width from the smallest to the largest value,
 * 420 x 220 px unless said otherwise. Only the counts are in the chart, not the values.
 *
 * Bins include their lower edge, the last one both, as in NumPy. A single value gets bins on both sides of it.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` when no value is finite or the bins are wrong
 * @example
 * ```ts
 * import { histogram } from '@espalier/visualization';
 *
 * const chart = histogram({ title: 'Weights', values: Float32Array.of(-0.2, 0, 0, 0.1), binCount: 3 });
 * console.log(chart.title.text); // Weights
 * ```
 */
export function histogram(options: HistogramOptions): Chart {
  const scope = 'histogram';
  const check = checkChart(scope, options, rules);
  const { values, bins, binCount = 40, xLabel = 'Value', yLabel = 'Count', yScale = 'linear' } = options;
  const { width = 420, height = 220 } = options;
  if ((values === undefined) === (bins === undefined)) {
    check.fail('values or bins', 'given, and not both', { values, bins });
  }

  const result =
    bins === undefined
      ? countIntoBins(values!, binCount)
      : { bins: checkBins(check, scope, bins), missing: 0 };
  if (result === undefined) {
    throw new EspalierError({
      code: 'invalid-data',
      scope,
      message: `nothing to draw: none of the ${counted(values!.length, 'value')} is finite.`,
    });
  }
  const { edges, counts } = result.bins;
  const largest = Math.max(...Array.from(counts));
  const floor = Math.min(0.5, ...Array.from(counts, (count) => (count > 0 ? count / 2 : 0.5)));
  const rows = Array.from(counts, (count, i) => ({ from: edges[i]!, to: edges[i + 1]!, count })).filter(
    ({ count }) => count > 0,
  );
  const ends: [number, number] = [edges[0]!, edges[edges.length - 1]!];
  const xAxis = axisSpec(linearAxis(ends, { nice: false, count: Math.max(2, Math.round(width / 60)) }));
  const whole = Array.from(counts).every(Number.isInteger);
  const yAxis = axisSpec(
    linearAxis([0, largest || 1], { nice: true, count: Math.max(3, Math.round(height / 45)), whole }),
  );
  const remarks = result.missing > 0 ? [`${counted(result.missing, 'value')} left out as not finite`] : [];
  return makeChart({ ...options, width, height }, remarks, describeBins(result.bins, cleanText(xLabel)), {
    data: { values: rows },
    mark: {
      type: 'rect',
      color: seriesColor(0),
      aria: false,
      ...(counts.length < width / 4 ? {} : { stroke: null }),
    },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        title: cleanText(xLabel),
        scale: xAxis.scale,
        axis: { grid: false, ...xAxis.axis },
      },
      x2: { field: 'to' },
      y: {
        field: 'count',
        type: 'quantitative',
        title: cleanText(yLabel),
        scale:
          yScale === 'log'
            ? { type: 'log', domain: [floor, Math.max(largest, floor * 10)], nice: false, clamp: true }
            : yAxis.scale,
        axis: {
          domain: false,
          ticks: false,
          ...(yScale === 'log'
            ? { format: '~s', values: logTicks(Math.max(floor, Math.min(1, largest)), largest) }
            : yAxis.axis),
        },
      },
      y2: { datum: yScale === 'log' ? floor : 0 },
    },
  });
}

const rules = {
  values: numbers(),
  bins: binsRule(),
  binCount: option.integer({ min: 1, max: 1000, optional: true }),
  xLabel: text(),
  yLabel: text(),
  yScale: scale(),
};

function describeBins({ edges, counts }: Bins, label: string): string {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const peak = Array.from(counts).reduce((best, count, i, all) => (count > all[best]! ? i : best), 0);
  return (
    `Histogram of ${formatNumber(total)} ${total === 1 ? 'value' : 'values'} of ${label} from ${formatNumber(edges[0]!)} to ` +
    `${formatNumber(edges[edges.length - 1]!)}, most (${formatNumber(counts[peak]!)}) between ` +
    `${formatNumber(edges[peak]!)} and ${formatNumber(edges[peak + 1]!)}`
  );
}
