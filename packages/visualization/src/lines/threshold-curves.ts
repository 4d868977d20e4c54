import { EspalierError } from '@espalier/core';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, list, withTitle } from '../drawing/check-chart.js';
import { lineChart, type Series } from './line-chart.js';

/** The values of a classifier at all thresholds. */
export interface ThresholdCurve {
  readonly name: string;
  /** Two lists of one length, further ones are ignored: what the metrics `rocCurve` and `precisionRecallCurve` give. */
  readonly curve: readonly (readonly number[])[];
}

/** What {@link rocChart} and {@link precisionRecallChart} draw. */
export interface ThresholdCurvesOptions extends Partial<ChartOptions> {
  /** One for each classifier or class; at least one. */
  readonly curves: readonly ThresholdCurve[];
}

/**
 * ROC curves: the share of true positives over that of false ones, with the diagonal that guessing gives. 300 x 300 px unless said
 * otherwise.
 *
 * @param options.curves `[false positive rates, true positive rates]` each, as the metric `rocCurve` has them.
 * @throws EspalierError as {@link lineChart}; `invalid-data` for lists that do not go together or leave 0 to 1.
 * @example
 * ```ts
 * import { rocChart } from '@espalier/visualization';
 *
 * const chart = rocChart({ curves: [{ name: 'mlp', curve: [[0, 0.1, 1], [0, 0.8, 1]] }] });
 * console.log(chart.title.text); // ROC
 * ```
 * @see Fawcett, "An introduction to ROC analysis", 2006
 */
export function rocChart(options: ThresholdCurvesOptions): Chart {
  const diagonal = { name: 'guessing', dashed: true, markers: false, points: [{ x: 0, y: 0 }, { x: 1, y: 1 }] }; // prettier-ignore
  return thresholdChart('roc-chart', options, {
    title: 'ROC',
    axes: ['False positive rate', 'True positive rate'],
    points: ([falsePositives = [], truePositives = []]) => [falsePositives, truePositives],
    further: [diagonal],
  });
}

/**
 * Precision over recall at all thresholds. 300 x 300 px unless said otherwise.
 *
 * @param options.curves `[precisions, recalls]` each, as the metric `precisionRecallCurve` has them.
 * @throws EspalierError as {@link lineChart}; `invalid-data` for lists that do not go together or leave 0 to 1.
 * @example
 * ```ts
 * import { precisionRecallChart } from '@espalier/visualization';
 *
 * const chart = precisionRecallChart({ curves: [{ name: 'mlp', curve: [[0.5, 0.9, 1], [1, 0.7, 0]] }] });
 * console.log(chart.title.text); // Precision and recall
 * ```
 * @see Davis and Goadrich, "The relationship between precision-recall and ROC curves", 2006
 */
export function precisionRecallChart(options: ThresholdCurvesOptions): Chart {
  return thresholdChart('precision-recall-chart', options, {
    title: 'Precision and recall',
    axes: ['Recall', 'Precision'],
    points: ([precisions = [], recalls = []]) => [recalls, precisions],
    further: [],
  });
}

interface Kind {
  readonly title: string;
  readonly axes: readonly [x: string, y: string];
  readonly points: (curve: ThresholdCurve['curve']) => readonly [x: readonly number[], y: readonly number[]];
  readonly further: readonly Series[];
}

function thresholdChart(scope: string, options: ThresholdCurvesOptions, kind: Kind): Chart {
  const titled = withTitle(options, kind.title);
  const check = checkChart(scope, titled, { curves: list<ThresholdCurve>('an array of { name, curve }') });
  const { curves, width = 300, height = 300, ...texts } = titled;
  if (curves.length === 0) refuse(scope, 'curves is empty: give at least one.');
  const series = curves.map((one, i): Series => {
    if (!Array.isArray(one?.curve) || !one.curve.every((part) => Array.isArray(part)))
      check.fail(`curves[${i}].curve`, 'two lists of numbers', one?.curve);
    const [x, y] = kind.points(one.curve);
    const isShare = (value: number): boolean => value >= 0 && value <= 1;
    if (x.length !== y.length || x.length < 2)
      refuse(
        scope,
        `the lists of '${one.name}' have ${x.length} and ${y.length} entries: they need as many, two at least.`,
      );
    if (![...x, ...y].every(isShare))
      refuse(
        scope,
        `the values of '${one.name}' must lie between 0 and 1; NaN says that a class does not occur.`,
      );
    // A curve that goes back is drawn from its end, so that where it rises straight up its order is kept.
    const places = x.map((value, k) => ({ x: value, y: y[k]! }));
    return { name: one.name, markers: false, points: x[0]! <= x.at(-1)! ? places : places.reverse() };
  });
  return lineChart({
    ...texts,
    width,
    height,
    xLabel: kind.axes[0],
    yLabel: kind.axes[1],
    yDomain: [0, 1],
    series: [...series, ...kind.further],
  });
}

function refuse(scope: string, message: string): never {
  throw new EspalierError({ code: 'invalid-data', scope, message });
}
