import { EspalierError, option } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from './chart.js';
import { checkChart, checkText, list, text } from './check-chart.js';
import { drawableOrNull, extent } from './domain.js';
import { cleanText, counted, formatNumber } from './text.js';
import { cutNames } from './text-width.js';
import { seriesColor, theme } from './theme.js';
import { axisSpec, linearAxis } from './ticks.js';

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
  /** Writes each value at the end of its bar. Default: true up to 30 bars. */
  readonly showValues?: boolean;
  /** Decimals of the written values, 0 to 20. Default: four significant digits. */
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
  const { marks = 'bars', errorLabel, bars, valueLabel = '', orientation = 'horizontal', digits } = options;
  if (bars.length === 0) refuse('bars is empty: give at least one.');
  const { showValues = bars.length <= 30 } = options;
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
          (bar.error === undefined ? '' : ` \u00b1 ${formatNumber(bar.error, digits)}`);
    return { label, series, value, text, ...spread };
  });
  const ends = extent(rows.flatMap((row) => [row.value, row.low ?? null, row.high ?? null]));
  if (ends === undefined) return refuse('nothing to draw: no bar has a finite value.');

  const labels = [...new Set(rows.map((row) => row.label))];
  const cut = cutNames(labels, 200, 11);
  const shown = new Map(labels.map((label, i) => [label, cut[i]!]));
  for (const row of rows) row.label = shown.get(row.label)!;
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
  const axis = axisSpec(
    linearAxis(marks === 'bars' ? barDomain(ends) : widened(ends), {
      nice: true,
      count: Math.max(3, Math.round(along / 70)),
    }),
  );
  const encoding = {
    [y!]: {
      field: 'label',
      type: 'nominal',
      // An order by `sort` becomes a condition within a condition for each bar, too deep for some hundreds.
      sort: null,
      title: null,
      scale: { domain: cut, paddingInner: 0.25, paddingOuter: 0.15 },
      axis: {
        ticks: false,
        labelLimit: 0,
        ...(orientation === 'vertical' && cut.some((l) => l.length > 4) ? { labelAngle: -40 } : {}),
      },
    },
    ...(grouped
      ? { [`${y}Offset`]: { field: 'series', type: 'nominal', sort: null, scale: { domain: series } } }
      : {}),
    [x!]: {
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
    data: {
      values: rows.flatMap(({ label, series, value, text, low, high }) =>
        value === null || value >= 0 !== sign > 0
          ? []
          : [{ label, series, text, end: (sign > 0 ? high : low) ?? value }],
      ),
    },
    mark: {
      type: 'text',
      fontSize: 10.5,
      color: theme.softInk,
      aria: false,
      ...(orientation === 'horizontal'
        ? { align: sign > 0 ? 'left' : 'right', dx: 4 * sign, baseline: 'middle' }
        : { align: 'center', dy: -3 * sign, baseline: sign > 0 ? 'bottom' : 'top' }),
    },
    encoding: {
      [x!]: { ...encoding[x!], field: 'end' },
      text: { field: 'text', type: 'nominal' },
    },
  });
  return makeChart(
    {
      ...options,
      ...(orientation === 'horizontal' ? { width: along, height: across } : { width: across, height: along }),
    },
    [
      ...(errorLabel === undefined ? [] : [`Whiskers: ${cleanText(errorLabel)}`]),
      ...(missing > 0 ? [`${counted(missing, 'bar')} without a finite value`] : []),
    ],
    `Chart of ${counted(rows.length, marks === 'bars' ? 'bar' : 'dot')}: ${rows
      .slice(0, 40)
      .map((row) => `${row.label}${row.series && ` (${row.series})`} ${row.text || 'no value'}`)
      .join(', ')}`,
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
        ...whiskers(rows, encoding, x!),
        ...(showValues ? [side(1), side(-1)].filter((layer) => layer.data.values.length > 0) : []),
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
) {
  const values = rows.filter((row) => row.low !== undefined);
  if (values.length === 0) return [];
  const along = (field: string) => ({ ...(encoding as Record<string, object>)[x], field });
  const layer = (mark: object, more: object) => ({
    data: { values },
    mark: { color: theme.ink, aria: false, ...mark },
    encoding: more,
  });
  const tick = { type: 'tick', thickness: 1.2, size: 8 };
  return [
    layer({ type: 'rule', strokeWidth: 1.2 }, { [x]: along('low'), [`${x}2`]: { field: 'high' } }),
    layer(tick, { [x]: along('low') }),
    layer(tick, { [x]: along('high') }),
  ];
}

/** Dots do not grow from 0: room on both sides is enough. */
function widened([min, max]: readonly [number, number]): [number, number] {
  const room = (max - min) * 0.05;
  return [min - room, max + room];
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
