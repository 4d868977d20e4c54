import { EspalierError, option } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, checkText, list, text } from '../drawing/check-chart.js';
import { barLabelWidth, barSizes, valueDomain } from './bar-layout.js';
import { categoryLabels } from '../drawing/category-axis.js';
import { drawableOrNull, extent } from '../drawing/domain.js';
import { columnLabelWidth } from '../maps/heat-map-parts.js';
import { bottomLegend } from '../drawing/legends.js';
import { cleanText, counted, digitsApart, formatNumber } from '../drawing/text.js';
import { cutNames, textWidth } from '../drawing/text-width.js';
import { seriesColor, theme } from '../drawing/theme.js';
import { axisSpec, linearAxis } from '../drawing/ticks.js';

/** Room for a series in the legend, px. */
const seriesWidth = 160;

/** One bar. */
export interface Bar {
  /** Names the bar, or the group of bars with this label. */
  readonly label: string;
  /** Its length; null, NaN and infinities leave the place empty. */
  readonly value: number | null;
  /** Bars of one series have one colour and stand side by side with those of others. Default: no series. */
  readonly series?: string;
  /** Half of a whisker around the end of the bar, >= 0, e.g. a standard error. Default: none. */
  readonly error?: number;
}

/** What {@link barChart} draws. */
export interface BarChartOptions extends ChartOptions {
  /** At least one; labels and series appear in the order of their first bars. */
  readonly bars: readonly Bar[];
  /** Title of the axis of the values. Default none. */
  readonly valueLabel?: string;
  /** Bars grow to the right, with room for long labels, or upwards. Default `horizontal`. */
  readonly orientation?: 'horizontal' | 'vertical';
  /** Writes each value at the end of its bar, where that fits. Default: true up to 30 bars. */
  readonly showValues?: boolean;
  /** Decimals of the written values, 0 to 20. Default: four significant digits, or as many as tell the values apart. */
  readonly digits?: number;
  /** Bars from 0; or dots on an axis that fits the values, for small differences between large numbers. Default `bars`. */
  readonly marks?: 'bars' | 'dots';
  /** What the whiskers are, e.g. `± 1 standard error over 5 seeds`; shown under the title. Required where a bar has an `error`. */
  readonly errorLabel?: string;
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
  const check = checkChart('bar-chart', options, rules);
  const { marks = 'bars', errorLabel, bars, valueLabel = '', orientation = 'horizontal' } = options;
  if (bars.length === 0) refuse('bars is empty: give at least one.');
  const { showValues = bars.length <= 30 } = options;
  const digits = options.digits ?? digitsApart(extent(bars.map((bar) => drawableOrNull(bar?.value))));
  const places = new Set<string>();
  const rows = bars.map((bar, index) => {
    if (typeof bar?.label !== 'string') check.fail(`bars[${index}].label`, 'a string', bar?.label);
    checkText(check, `bars[${index}].series`, bar.series);
    if (bar.error !== undefined) {
      check.number(`bars[${index}].error`, bar.error, { min: 0 });
      if (errorLabel === undefined)
        check.fail('errorLabel', 'a text that says what the errors are', errorLabel);
    }
    const label = cleanText(bar.label);
    const series = cleanText(bar.series ?? '');
    const place = JSON.stringify([label, series]);
    if (places.has(place))
      refuse(`two bars are labelled '${label}'${series && ` in '${series}'`}: they must differ.`);
    places.add(place);
    const value = drawableOrNull(bar.value);
    const spread =
      value === null || bar.error === undefined ? {} : { low: value - bar.error, high: value + bar.error };
    const text =
      value === null
        ? ''
        : formatNumber(value, digits) +
          (bar.error === undefined
            ? ''
            : ` \u00b1 ${formatNumber(digits === undefined ? Number(bar.error.toPrecision(2)) : bar.error, digits)}`);
    return { label, series, value, text, ...spread };
  });
  const ends = extent(rows.flatMap((row) => [row.value, row.low ?? null, row.high ?? null]));
  if (ends === undefined) return refuse('nothing to draw: no bar has a finite value.');

  const labels = [...new Set(rows.map((row) => row.label))];
  const cut = cutNames(labels, orientation === 'vertical' ? columnLabelWidth : barLabelWidth, 11);
  const shown = new Map(labels.map((label, i) => [label, cut[i]!]));
  const allSeries = [...new Set(rows.map((row) => row.series))];
  const series = cutNames(allSeries, seriesWidth, 11);
  const says = rows.map((row) => `${row.label}${row.series && ` (${row.series})`} ${row.text || 'no value'}`);
  for (const row of rows) {
    row.label = shown.get(row.label)!;
    row.series = series[allSeries.indexOf(row.series)]!;
  }
  const missing = rows.filter((row) => row.value === null).length;
  // From the end of a bar to its number; a dot has a radius.
  const gap = marks === 'dots' ? 8 : 4;
  const isHorizontal = orientation === 'horizontal';
  const along = (isHorizontal ? options.width : options.height) ?? (isHorizontal ? 420 : 260);
  const {
    length: across,
    thickness,
    fontSize,
  } = barSizes({
    count: labels.length,
    series: series.length,
    isHorizontal,
    texts: showValues ? rows.map((row) => row.text) : [],
    across: isHorizontal ? options.height : options.width,
  });
  const written = rows.flatMap(({ value, text, low }) =>
    fontSize === undefined || value === null || value >= 0
      ? []
      : [{ end: low ?? value, room: isHorizontal ? textWidth(text, fontSize) + gap + 4 : fontSize + 6 }],
  );
  const [x, y] = isHorizontal ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const grouped = series.length > 1;
  const axis = axisSpec(
    linearAxis(valueDomain(ends, marks, written, along), {
      nice: true,
      count: Math.max(3, Math.round(along / 70)),
    }),
  );
  const encoding = {
    [y]: {
      field: 'label',
      type: 'nominal',
      // An order by `sort` becomes a condition within a condition for each bar, too deep for some hundreds.
      sort: null,
      title: null,
      scale: { domain: cut, paddingInner: 0.25, paddingOuter: 0.15 },
      axis: { ticks: false, ...categoryLabels(cut, across, y) },
    },
    ...(grouped
      ? { [`${y}Offset`]: { field: 'series', type: 'nominal', sort: null, scale: { domain: series } } }
      : {}),
    [x]: {
      field: 'value',
      type: 'quantitative',
      title: valueLabel === '' ? null : cleanText(valueLabel),
      scale: axis.scale,
      axis: { ...axis.axis, domain: false, ticks: false },
    },
  };
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain: series, range: series.map((_, i) => seriesColor(i)) },
    legend: grouped ? bottomLegend(series, isHorizontal ? along : across) : null,
  };
  const side = (sign: 1 | -1) => ({
    data: {
      values: rows.flatMap(({ label, series, value, text, low, high }) =>
        value === null || value >= 0 !== sign > 0
          ? []
          : [{ label, series, text, end: (sign > 0 ? high : low) ?? value }],
      ),
    },
    mark: {
      type: 'text',
      fontSize,
      color: theme.softInk,
      aria: false,
      ...(isHorizontal
        ? { align: sign > 0 ? 'left' : 'right', dx: gap * sign, baseline: 'middle' }
        : { align: 'center', dy: -(gap - 1) * sign, baseline: sign > 0 ? 'bottom' : 'top' }),
    },
    encoding: {
      [x]: { ...encoding[x], field: 'end' },
      text: { field: 'text', type: 'nominal' },
    },
  });
  return makeChart(
    {
      ...options,
      ...(isHorizontal ? { width: along, height: across } : { width: across, height: along }),
    },
    [
      ...(errorLabel === undefined ? [] : [`Whiskers: ${cleanText(errorLabel)}`]),
      ...(missing > 0 ? [`${counted(missing, 'bar')} without a finite value`] : []),
      ...(showValues && fontSize === undefined ? ['values not written: the bars are too thin'] : []),
    ],
    `Chart of ${counted(rows.length, marks === 'bars' ? 'bar' : 'dot')}: ${says.slice(0, 40).join(', ')}`,
    {
      data: { values: rows },
      encoding,
      layer: [
        marks === 'bars'
          ? { mark: { type: 'bar', invalid: 'filter' }, encoding: { color } }
          : {
              mark: { type: 'point', filled: true, size: 60, opacity: 1, invalid: 'filter' },
              encoding: { color },
            },
        ...whiskers(rows, encoding, x, thickness),
        ...(fontSize !== undefined
          ? [side(1), side(-1)].filter((layer) => layer.data.values.length > 0)
          : []),
      ],
    },
  );
}

const rules = {
  bars: list<Bar>('an array of { label, value }'),
  valueLabel: text(),
  orientation: option.oneOf(['horizontal', 'vertical'], { optional: true }),
  showValues: option.boolean({ optional: true }),
  digits: option.integer({ min: 0, max: 20, optional: true }),
  marks: option.oneOf(['bars', 'dots'], { optional: true }),
  errorLabel: text(),
};

function whiskers(
  rows: readonly { readonly low?: number; readonly high?: number }[],
  encoding: object,
  x: string,
  thickness: number,
) {
  const values = rows.filter((row) => row.low !== undefined);
  if (values.length === 0) return [];
  const along = (field: string) => ({ ...(encoding as Record<string, object>)[x], field });
  const layer = (mark: object, more: object) => ({
    data: { values },
    mark: { color: theme.ink, aria: false, ...mark },
    encoding: more,
  });
  const tick = { type: 'tick', thickness: 1.2, size: Math.min(8, thickness * 0.8) };
  return [
    layer({ type: 'rule', strokeWidth: 1.2 }, { [x]: along('low'), [`${x}2`]: { field: 'high' } }),
    layer(tick, { [x]: along('low') }),
    layer(tick, { [x]: along('high') }),
  ];
}

function refuse(message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope: 'bar-chart', message });
}
