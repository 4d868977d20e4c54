import { EspalierError } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from './chart.js';
import { checkChart, checkText } from './check-chart.js';
import { drawableOrNull, extent } from './domain.js';
import { cleanText, counted, formatNumber } from './text.js';
import { seriesColor, theme } from './theme.js';

/** One bar. */
export interface Bar {
  /** Names the bar, or the group of bars with this label. */
  readonly label: string;
  /** Its length; null, NaN and infinities leave the place empty. */
  readonly value: number | null;
  /** Bars of one series have one colour and stand side by side with those of others. Default: no series. */
  readonly series?: string;
}

/** What {@link barChart} draws. */
export interface BarChartOptions extends ChartOptions {
  /** At least one; labels and series appear in the order of their first bars. */
  readonly bars: readonly Bar[];
  /** Title of the axis of the values. Default none. */
  readonly valueLabel?: string;
  /** Bars grow to the right, with room for long labels, or upwards. Default `horizontal`. */
  readonly orientation?: 'horizontal' | 'vertical';
  /** Writes each value at the end of its bar. Default: true up to 30 bars. */
  readonly showValues?: boolean;
  /** Decimals of the written values, 0 to 20. Default: four significant digits. */
  readonly digits?: number;
}

/**
 * Values of named things as bars from 0, e.g. the accuracy of each class.
 *
 * @returns a Vega-Lite specification, 420 px along the values unless said otherwise
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for no bars, two bars in one place, or when
 * no value is finite
 * @example
 * ```ts
 * import { barChart } from '@espalier/visualization';
 *
 * const chart = barChart({
 *   title: 'Test accuracy',
 *   bars: [{ label: 'baseline', value: 0.979 }, { label: 'dropout', value: 0.982 }],
 *   digits: 3,
 * });
 * console.log(chart.title.text); // Test accuracy
 * ```
 */
export function barChart(options: BarChartOptions): Chart {
  const check = checkChart('bar-chart', options);
  const { bars, valueLabel = '', orientation = 'horizontal', digits } = options;
  checkText(check, 'valueLabel', valueLabel);
  check.oneOf('orientation', orientation, ['horizontal', 'vertical']);
  if (digits !== undefined) check.integer('digits', digits, { min: 0, max: 20 });
  if (!Array.isArray(bars)) check.fail('bars', 'an array of { label, value }', bars);
  if (bars.length === 0) refuse('bars is empty: give at least one.');
  const { showValues = bars.length <= 30 } = options;
  check.boolean('showValues', showValues);
  const places = new Set<string>();
  const rows = bars.map((bar, index) => {
    if (typeof bar?.label !== 'string') check.fail(`bars[${index}].label`, 'a string', bar?.label);
    checkText(check, `bars[${index}].series`, bar.series);
    const label = cleanText(bar.label);
    const series = cleanText(bar.series ?? '');
    const place = JSON.stringify([label, series]);
    if (places.has(place))
      refuse(`two bars are labelled '${label}'${series && ` in '${series}'`}: they must differ.`);
    places.add(place);
    const value = drawableOrNull(bar.value);
    return { label, series, value, text: value === null ? '' : formatNumber(value, digits) };
  });
  const ends = extent(rows.map((row) => row.value));
  if (ends === undefined) return refuse('nothing to draw: no bar has a finite value.');

  const labels = [...new Set(rows.map((row) => row.label))];
  const series = [...new Set(rows.map((row) => row.series))];
  const missing = rows.filter((row) => row.value === null).length;
  // Side by side the written values need more room than one above the other.
  const bar = orientation === 'vertical' && showValues ? 38 : Math.max(14, Math.min(26, 44 / series.length));
  const thickness = bar * series.length + 8;
  const along =
    horizontalOr(orientation, options.width, options.height) ?? (orientation === 'horizontal' ? 420 : 260);
  const across =
    horizontalOr(orientation, options.height, options.width) ?? Math.max(60, labels.length * thickness);
  const [x, y] = orientation === 'horizontal' ? ['x', 'y'] : ['y', 'x'];
  const grouped = series.length > 1;
  const encoding = {
    [y!]: {
      field: 'label',
      type: 'nominal',
      sort: labels,
      title: null,
      scale: { paddingInner: 0.25, paddingOuter: 0.15 },
      axis: {
        ticks: false,
        labelLimit: 220,
        ...(orientation === 'vertical' && labels.some((l) => l.length > 4) ? { labelAngle: -40 } : {}),
      },
    },
    ...(grouped ? { [`${y}Offset`]: { field: 'series', type: 'nominal', sort: series } } : {}),
    [x!]: {
      field: 'value',
      type: 'quantitative',
      title: valueLabel === '' ? null : cleanText(valueLabel),
      scale: { domain: barDomain(ends), nice: true },
      axis: { domain: false, ticks: false, tickCount: Math.max(3, Math.round(along / 70)) },
    },
  };
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain: series, range: series.map((_, i) => seriesColor(i)) },
    legend: grouped
      ? {
          orient: 'bottom',
          direction: 'horizontal',
          columns: Math.max(1, Math.min(series.length, 4)),
          title: null,
        }
      : null,
  };
  const side = (sign: 1 | -1) => ({
    data: { values: rows.filter((row) => row.value !== null && (sign > 0 ? row.value >= 0 : row.value < 0)) },
    mark: {
      type: 'text',
      fontSize: 10.5,
      color: theme.softInk,
      aria: false,
      ...(orientation === 'horizontal'
        ? { align: sign > 0 ? 'left' : 'right', dx: 4 * sign, baseline: 'middle' }
        : { align: 'center', dy: -3 * sign, baseline: sign > 0 ? 'bottom' : 'top' }),
    },
    encoding: { text: { field: 'text', type: 'nominal' } },
  });
  return makeChart(
    {
      ...options,
      ...(orientation === 'horizontal' ? { width: along, height: across } : { width: across, height: along }),
    },
    missing > 0 ? [`${counted(missing, 'bar')} without a finite value`] : [],
    {
      data: { values: rows },
      encoding,
      layer: [
        { mark: { type: 'bar', invalid: 'filter' }, encoding: { color } },
        ...(showValues ? [side(1), side(-1)].filter((layer) => layer.data.values.length > 0) : []),
      ],
    },
  );
}

function horizontalOr<T>(orientation: string, horizontal: T, vertical: T): T {
  return orientation === 'horizontal' ? horizontal : vertical;
}

/** Bars grow from 0, and the longest leaves room for its number. */
function barDomain([min, max]: readonly [number, number]): [number, number] {
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  return low === high ? [0, 1] : [low * 1.08, high * 1.08];
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'bar-chart', message });
}
