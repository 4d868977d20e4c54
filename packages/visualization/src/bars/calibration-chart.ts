import { EspalierError } from '@espalier/core';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, list, withTitle } from '../drawing/check-chart.js';
import { lineChart } from '../lines/line-chart.js';

/** Answers of one range of confidence, such as `@espalier/diagnostics`' `calibration` gives. */
export interface ConfidenceBin {
  readonly count: number;
  /** Mean confidence; null without answers. */
  readonly confidence: number | null;
  /** Share of right answers; null without answers. */
  readonly accuracy: number | null;
}

/** A model and its bins. */
export interface NamedBins {
  readonly name: string;
  readonly bins: readonly ConfidenceBin[];
}

/** What {@link calibrationChart} draws. */
export interface CalibrationChartOptions extends Partial<ChartOptions> {
  /** One for each model, or before and after a temperature; at least one. */
  readonly models: readonly NamedBins[];
}

/**
 * A reliability diagram: how often answers are right, over how sure they are. Honest probabilities lie on the dashed line, a model that is
 * too sure below it. Whiskers are 95 % intervals of the share of right answers; bins without answers have no point.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option`; `invalid-data` where no bin has an answer
 * @example
 * ```ts
 * import { calibrationChart } from '@espalier/visualization';
 *
 * const bins = [{ count: 50, confidence: 0.7, accuracy: 0.5 }, { count: 90, confidence: 0.95, accuracy: 0.8 }];
 * console.log(calibrationChart({ models: [{ name: 'mlp', bins }] }).title.text); // Calibration
 * ```
 */
export function calibrationChart(options: CalibrationChartOptions): Chart {
  const titled = withTitle(options, 'Calibration');
  const check = checkChart('calibration-chart', titled, { models: list('an array of { name, bins }') });
  const { models, ...chart } = titled;
  const series = models.flatMap(({ name, bins }, i) => {
    check.text(`models[${i}].name`, name);
    if (!Array.isArray(bins))
      check.fail(`models[${i}].bins`, 'an array of { count, confidence, accuracy }', bins);
    const points = bins
      .filter(({ count, confidence, accuracy }) => count > 0 && confidence !== null && accuracy !== null)
      .map(({ count, confidence, accuracy }) => ({
        x: confidence!,
        y: accuracy!,
        ...wilson(accuracy!, count),
      }));
    return points.length === 0 ? [] : [{ name, points, kind: 'points' as const }];
  });
  if (series.length === 0)
    throw new EspalierError({
      code: 'invalid-data',
      scope: 'calibration-chart',
      message: 'models has no bin with an answer: there is nothing to draw.',
    });
  const ideal = { name: 'honest', points: [{ x: 0, y: 0 }, { x: 1, y: 1 }], dashed: true, markers: false }; // prettier-ignore
  return lineChart({
    width: 320,
    height: 320,
    ...chart,
    subtitle: [chart.subtitle ?? '', 'Whiskers: 95 % interval']
      .filter((part) => part !== '')
      .join(' \u00b7 '),
    xLabel: 'Confidence',
    yLabel: 'Share of right answers',
    yDomain: [0, 1],
    series: [...series, ideal],
  });
}

/** Wilson's 95 % interval of a share, which stays within 0 and 1. */
function wilson(share: number, count: number): { readonly low: number; readonly high: number } {
  const z = 1.959964;
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return {
    low: Math.max(0, Math.min(share, centre - half)),
    high: Math.min(1, Math.max(share, centre + half)),
  };
}
