import { EspalierError, option, type OptionChecker } from '@espalier/core';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, list, pair, scale, text } from '../drawing/check-chart.js';
import { drawableOrNull, isDrawable } from '../drawing/domain.js';
import { lineSpec } from './line-spec.js';
import { isNumbers, type Numbers } from '../drawing/matrix.js';
import { smoothed } from './smooth.js';
import { cleanText } from '../drawing/text.js';
import type { Place } from './thin-points.js';

/** A point of a series. A `y` that is null or not finite is a gap in the line. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
  /** Lower end of the spread around `y`: a band around lines, whiskers at points. Needs `high`. */
  readonly low?: number | null;
  /** Upper end of the spread. */
  readonly high?: number | null;
}

/** One line of a chart. */
export interface Series {
  /** Shown beside the end of the line, or in a legend where there are too many; unique in the chart. */
  readonly name: string;
  /** Points in any order, or the values at x = 0, 1, 2, ... */
  readonly points: readonly (Point | number | null)[] | Numbers;
  /** Dashed instead of solid. Default false. */
  readonly dashed?: boolean;
  /** A line through the points, or the points alone. Default `line`. */
  readonly kind?: 'line' | 'points';
  /** Dots on the points of a line. Default: in charts of at most 60 points. */
  readonly markers?: boolean;
}

/** What {@link lineChart} draws. */
export interface LineChartOptions extends ChartOptions {
  /** One line each; at least one. */
  readonly series: readonly Series[];
  /** Title of the x axis. Default none. */
  readonly xLabel?: string;
  /** Title of the y axis. Default none. */
  readonly yLabel?: string;
  /** Default `linear`. On a `log` axis values <= 0 are gaps. */
  readonly xScale?: 'linear' | 'log';
  /** Default `linear`. On a `log` axis values <= 0 are gaps. */
  readonly yScale?: 'linear' | 'log';
  /** Ends of the y axis, lower first; what lies outside is cut off. Default: the extent of the values, rounded outwards. */
  readonly yDomain?: readonly [number, number];
  /** Weight of the past in an exponential moving average, 0 to below 1; the values stay, pale, behind it. Default 0: none. */
  readonly smoothing?: number;
}

/**
 * Lines over a common x axis, 480 x 280 px unless said otherwise.
 *
 * NaN, infinite and null values (and magnitudes above 1e300) are gaps, and the chart says how many; where a line ends
 * with them, a cross at the top marks the place. Lines differ in colour, dash and, beyond 24, markers. Points are marked
 * in charts of at most 60 of them and where gaps leave one alone. Lines of more than 4,000 points are thinned
 * without losing their spikes. One value or constant values get an axis around them.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for an empty series, two series of one
 * name, an x that is not finite, or when no value can be drawn
 * @example
 * ```ts
 * import { lineChart } from '@espalier/visualization';
 *
 * const chart = lineChart({
 *   title: 'Dev accuracy against batch size',
 *   series: [{ name: '128-128 tanh', points: [{ x: 1, y: 0.97 }, { x: 10, y: 0.95 }, { x: 100, y: 0.91 }] }],
 *   xLabel: 'Batch size',
 *   yLabel: 'Accuracy',
 *   xScale: 'log',
 * });
 * console.log(JSON.stringify(chart).length > 500); // true
 * ```
 */
export function lineChart(options: LineChartOptions): Chart {
  const check = checkChart('line-chart', options, rules);
  const {
    series,
    smoothing = 0,
    xLabel = '',
    yLabel = '',
    xScale = 'linear',
    yScale = 'linear',
    yDomain,
  } = options;
  if (yDomain !== undefined) checkDomain(check, yDomain, yScale);
  if (series.length === 0) refuse('series is empty: give at least one line.');
  const names = new Set<string>();
  const lines = series.map((one, index) => {
    check.text(`series[${index}].name`, one?.name);
    const { dashed = false, kind = 'line', markers } = one;
    if (markers !== undefined) check.boolean(`series[${index}].markers`, markers);
    check.boolean(`series[${index}].dashed`, dashed);
    check.oneOf(`series[${index}].kind`, kind, ['line', 'points']);
    const name = cleanText(one.name);
    if (names.has(name)) refuse(`two series are named '${name}': names must differ.`);
    names.add(name);
    return {
      series: name,
      dashed,
      kind,
      ...(markers !== undefined && { markers }),
      places: toPlaces(check, name, one.points),
    };
  });
  return lineSpec(
    'line-chart',
    { ...options, xLabel: cleanText(xLabel), yLabel: cleanText(yLabel), xScale, yScale },
    smoothed(lines, smoothing),
  );
}

const rules = {
  series: list<Series>('an array of { name, points }'),
  xLabel: text(),
  yLabel: text(),
  xScale: scale(),
  yScale: scale(),
  yDomain: pair(),
  smoothing: option.number({ min: 0, max: 1, exclusiveMax: true, optional: true }),
};

function toPlaces(check: OptionChecker, name: string, points: Series['points']): Place[] {
  if (!isNumbers(points)) check.fail(`points of '${name}'`, 'an array of numbers or { x, y }', points);
  if (points.length === 0) refuse(`series '${name}' has no points: leave it out or give it one.`);
  const places = Array.from(points as ArrayLike<Point | number | null>, (point, index) => {
    if (typeof point !== 'object' || point === null) return { x: index, y: drawableOrNull(point) };
    if (!isDrawable(point.x)) {
      refuse(`point ${index} of series '${name}' must have a finite x, got ${String(point.x)}.`);
    }
    const { x, y, low, high } = point;
    if ((low === undefined) !== (high === undefined)) {
      refuse(`point ${index} of series '${name}' has one end of its spread: give low and high, or neither.`);
    }
    if (low == null || high == null) return { x, y: drawableOrNull(y) };
    if (low > high) refuse(`point ${index} of series '${name}' has low ${low} above high ${high}.`);
    return { x, y: drawableOrNull(y), low: drawableOrNull(low), high: drawableOrNull(high) };
  });
  return places.sort((a, b) => a.x - b.x);
}

function checkDomain(check: OptionChecker, domain: readonly [number, number], scale: 'linear' | 'log') {
  const [low, high] = Array.isArray(domain) && domain.length === 2 ? domain : [NaN, NaN];
  if (!isDrawable(low) || !isDrawable(high) || low >= high) {
    check.fail('yDomain', 'two finite numbers, the lower first', domain);
  }
  if (scale === 'log' && low <= 0) check.fail('yDomain', 'above 0 on a log axis', domain);
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'line-chart', message });
}
