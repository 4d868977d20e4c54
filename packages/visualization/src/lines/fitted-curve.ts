import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, list, pair, text } from '../drawing/check-chart.js';
import { lineChart, type Point } from './line-chart.js';

/** What {@link fittedCurve} draws. */
export interface FittedCurveOptions extends ChartOptions {
  /** The data, e.g. training and test points; drawn as dots. */
  readonly points: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** Functions at many x, e.g. the prediction and the truth; drawn as lines, with a band where points have `low` and `high`. */
  readonly curves: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** Title of the x axis. Default `x`. */
  readonly xLabel?: string;
  /** Title of the y axis. Default `y`. */
  readonly yLabel?: string;
  /** Ends of the y axis; a curve that leaves the data would flatten it otherwise. Default: all is shown. */
  readonly yDomain?: readonly [number, number];
}

/**
 * A fitted curve over its data.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError as {@link lineChart}
 * @example
 * ```ts
 * import { fittedCurve } from '@espalier/visualization';
 *
 * const line = Array.from({ length: 50 }, (_, i) => ({ x: i / 49, y: (i / 49) ** 2 }));
 * const chart = fittedCurve({
 *   title: 'Fit',
 *   curves: [{ name: 'mlp', points: line }],
 *   points: [{ name: 'train', points: [{ x: 0.2, y: 0.05 }, { x: 0.8, y: 0.6 }] }],
 * });
 * console.log(chart.title.text); // Fit
 * ```
 */
export function fittedCurve(options: FittedCurveOptions): Chart {
  const named = () => list<FittedCurveOptions['points'][number]>('an array of { name, points }');
  checkChart('fitted-curve', options, {
    points: named(),
    curves: named(),
    xLabel: text(),
    yLabel: text(),
    yDomain: pair(),
  });
  const { points, curves, xLabel = 'x', yLabel = 'y', ...rest } = options;
  return lineChart({
    ...rest,
    xLabel,
    yLabel,
    series: [
      ...curves.map((one) => ({ markers: false, ...one })),
      ...points.map((one) => ({ ...one, kind: 'points' as const })),
    ],
  });
}
