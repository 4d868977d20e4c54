import { EspalierError, option } from '@espalier/core';
import { binsRule, type Bins } from '../bars/bins.js';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, numbers, scale, withTitle } from '../drawing/check-chart.js';
import { isDrawable } from '../drawing/domain.js';
import { heatMap } from './heat-map.js';
import { histogram } from '../bars/histogram.js';
import { isNumbers, transposed, type Matrix, type Numbers } from '../drawing/matrix.js';
import { formatNumber } from '../drawing/text.js';

/** A parameter read from a model. */
export interface Weights extends Partial<ChartOptions> {
  /** Title of the chart, e.g. `hidden_1/kernel`. */
  readonly name: string;
  /** As of the tensor: `[inputs, units]`, `[h, w, in, out]`, `[units]`, ... */
  readonly shape: readonly number[];
  /** Row-major, product of `shape` numbers. */
  readonly values: Numbers;
}

/** What {@link weightHeatMap} takes beside the weights. */
export interface WeightHeatMapOptions extends Weights {
  /** Largest |w| told apart by colour. Default: the 99.5th percentile of |w|, so that single large weights do not make the rest pale. */
  readonly limit?: number;
}

/**
 * The weights of one layer as a picture, blue below and orange above 0: one axis the units (the last dimension), the
 * other their inputs (all other dimensions, row-major), the longer one horizontal.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for no weights or a shape that does not fit
 * @example
 * ```ts
 * import { weightHeatMap } from '@espalier/visualization';
 *
 * const chart = weightHeatMap({ name: 'hidden_1/kernel', shape: [2, 2], values: [0.3, -0.1, 0, 0.2] });
 * console.log(chart.title.text); // hidden_1/kernel
 * ```
 */
export function weightHeatMap(weights: WeightHeatMapOptions): Chart {
  const scope = 'weight-heat-map';
  checkChart(scope, withTitle(weights, weights?.name), {
    ...weightRules,
    limit: option.number({ exclusiveMin: true, min: 0, max: 1e300, optional: true }),
  });
  checkWeights(scope, weights);
  const { name, shape, values, limit, ...rest } = weights;
  const units = shape.at(-1) ?? 1;
  const kernel: Matrix = {
    rows: values.length / units,
    columns: units,
    at: (r, c) => values[r * units + c]!,
  };
  const upright = kernel.rows <= kernel.columns;
  const { rows, columns, at } = upright ? kernel : transposed(kernel);
  const sizes = absoluteValues(values);
  const largest = sizes[sizes.length - 1] ?? 0;
  const end = limit ?? ((sizes[Math.ceil(sizes.length * 0.995) - 1] ?? 0) || largest || 1);
  const beyond =
    largest > end ? `colours end at |w| = ${formatNumber(end)}, largest is ${formatNumber(largest)}` : '';
  return heatMap({
    ...rest,
    title: rest.title ?? name,
    subtitle: [rest.subtitle ?? `[${shape.join(', ')}]`, beyond]
      .filter((part) => part !== '')
      .join(' \u00b7 '),
    values: {
      data: Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
      rows,
      columns,
    },
    xLabel: upright ? 'Unit' : 'Input',
    yLabel: upright ? 'Input' : 'Unit',
    valueLabel: 'w',
    symmetric: true,
    domain: [-end, end],
    ...(values.length <= 30 ? {} : { showValues: false }),
  });
}

/** What {@link weightHistogram} takes: weights, or bins counted elsewhere. */
export interface WeightHistogramOptions extends Partial<ChartOptions> {
  /** Title of the chart, e.g. `hidden_1/kernel`. */
  readonly name: string;
  /** As of the tensor; shown and, with `values`, checked. */
  readonly shape?: readonly number[];
  /** The weights, in any order. */
  readonly values?: Numbers;
  /** Weights counted before. */
  readonly bins?: Bins;
  /** 1 to 1000. Default 60. */
  readonly binCount?: number;
  /** `log` shows the tails beside the peak that a sparse layer has at 0. Default `linear`. */
  readonly yScale?: 'linear' | 'log';
}

/**
 * How the weights of one layer are distributed.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError as {@link histogram}; `invalid-data` for a shape that does not fit
 * @example
 * ```ts
 * import { weightHistogram } from '@espalier/visualization';
 *
 * const chart = weightHistogram({ name: 'hidden_1/kernel', shape: [2, 2], values: [0.3, -0.1, 0, 0.2] });
 * console.log(chart.title.text); // hidden_1/kernel
 * ```
 */
export function weightHistogram(options: WeightHistogramOptions): Chart {
  const scope = 'weight-histogram';
  checkChart(scope, withTitle(options, options?.name), {
    name: option.text(),
    shape: shapeRule({ optional: true }),
    values: numbers(),
    bins: binsRule(),
    binCount: option.integer({ min: 1, max: 1000, optional: true }),
    yScale: scale(),
  });
  const { name, shape, values, ...rest } = options;
  if (values !== undefined) checkWeights(scope, { name, values, shape: shape ?? [values.length] });
  return histogram({
    binCount: 60,
    xLabel: 'w',
    ...rest,
    title: rest.title ?? name,
    ...(shape !== undefined && rest.subtitle === undefined ? { subtitle: `[${shape.join(', ')}]` } : {}),
    ...(values === undefined ? {} : { values }),
  });
}

const shapeRule = <const G extends { readonly optional?: true }>(settings?: G) =>
  option.list<number, G & { expected: string }>(option.integer({ min: 0 }), {
    ...(settings as G),
    expected: 'an array of whole numbers',
  });

/** The options of {@link Weights} that other charts lack. */
export const weightRules = {
  name: option.text(),
  shape: shapeRule(),
  values: option.custom<Numbers>({
    expected: 'an array of numbers',
    accepts: isNumbers,
    toJson: (values) => values.length,
  }),
};

/** That shape and values fit each other. */
export function checkWeights(scope: string, { name, shape, values }: Weights): void {
  const size = shape.reduce((product, side) => product * side, 1);
  const refuse = (message: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message });
  };
  if (size !== values.length) {
    refuse(`'${name}' has shape [${shape.join(', ')}] = ${size} weights, got ${values.length} values.`);
  }
  if (size === 0) refuse(`'${name}' has no weights: its shape is [${shape.join(', ')}].`);
}

/** |w| of all finite weights, ascending. */
function absoluteValues(values: Numbers): Float64Array {
  return Float64Array.from(Array.from(values).filter(isDrawable), Math.abs).sort();
}
