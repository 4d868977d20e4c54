import { EspalierError, option } from '@espalier/core';
import type { Chart, ChartOptions } from '../drawing/chart.js';
import { checkChart, checkText, list, pair, scale } from '../drawing/check-chart.js';
import { extent, isDrawable } from '../drawing/domain.js';
import { lineChart, type Point, type Series } from './line-chart.js';
import { meanAndSpread, spreads, spreadText, type Spread } from '../seeds/spread.js';
import { counted } from '../drawing/text.js';

/** One trial: a setting and what came of it. */
export interface HyperparameterTrial {
  /** The hyper-parameter. */
  readonly x: number;
  /** The result; null or NaN for a trial that failed. */
  readonly y: number | null;
  /** Trials of one series have one line. Default: one series. */
  readonly series?: string;
}

/** What {@link hyperparameterChart} draws. */
export interface HyperparameterChartOptions extends ChartOptions {
  readonly trials: readonly HyperparameterTrial[];
  /** The hyper-parameter's name. */
  readonly xLabel: string;
  /** The result's name. */
  readonly yLabel: string;
  /** Default: `log` when all settings are positive and span a hundredfold or more, else `linear`. */
  readonly xScale?: 'linear' | 'log';
  /** Default `linear`. */
  readonly yScale?: 'linear' | 'log';
  /** Ends of the y axis. Default: the extent. */
  readonly yDomain?: readonly [number, number];
  /** Around the mean of trials of one setting, e.g. seeds. Default `deviation`. */
  readonly spread?: Spread;
}

/**
 * A result against a hyper-parameter: the mean of the trials of each setting, a line through the means and a band around
 * them. Trials that failed are counted below the title, and settings of which all failed are gaps, with a cross at the end.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for no trials or none that succeeded
 * @example
 * ```ts
 * import { hyperparameterChart } from '@espalier/visualization';
 *
 * const chart = hyperparameterChart({
 *   title: 'Accuracy against learning rate',
 *   xLabel: 'learning rate',
 *   yLabel: 'accuracy',
 *   trials: [{ x: 0.001, y: 0.95 }, { x: 0.01, y: 0.97 }, { x: 0.01, y: 0.98 }, { x: 0.1, y: 0.5 }],
 * });
 * console.log(chart.title.text); // Accuracy against learning rate
 * ```
 */
export function hyperparameterChart(options: HyperparameterChartOptions): Chart {
  const scope = 'hyperparameter-chart';
  const check = checkChart(scope, options, {
    trials: list<HyperparameterTrial>('an array of { x, y }'),
    xLabel: option.text({ empty: true }),
    yLabel: option.text(),
    xScale: scale(),
    yScale: scale(),
    yDomain: pair(),
    spread: option.oneOf(spreads, { optional: true }),
  });
  const { trials, spread = 'deviation', subtitle, ...rest } = options;
  trials.forEach((trial, i) => {
    checkText(check, `trials[${i}].series`, trial?.series);
    if (!isDrawable(trial?.x)) check.fail(`trials[${i}].x`, 'a finite number', trial?.x);
  });
  const names = [...new Set(trials.map(({ series = '' }) => series))];
  const failed = trials.filter(({ y }) => !isDrawable(y)).length;
  if (failed === trials.length) {
    throw new EspalierError({
      code: 'invalid-data',
      scope,
      message: `nothing to draw: ${trials.length === 0 ? 'there are no trials' : 'no trial has a finite result'}.`,
    });
  }
  let repeated = false;
  const means = names.map((series) => {
    const settings = new Map<number, number[]>();
    for (const trial of trials) {
      if ((trial.series ?? '') !== series) continue;
      let results = settings.get(trial.x);
      if (!results) settings.set(trial.x, (results = []));
      if (isDrawable(trial.y)) results.push(trial.y);
    }
    const points = [...settings].map(([x, results]): Point =>
      results.length === 0 ? { x, y: null } : { x, ...meanAndSpread(results, spread) },
    );
    repeated ||= points.some((point) => point.low !== undefined);
    return { series: series || options.yLabel, points };
  });
  const drawn = means.filter(({ points }) => points.length > 0);
  const xs = trials.map(({ x }) => x);
  const [least, most] = extent(xs) ?? [0, 0];
  const log = least > 0 && most / least >= 100;
  const remarks = [
    subtitle ?? '',
    repeated ? `Mean of the trials of a setting, ${spreadText[spread]}` : '',
    failed > 0 ? `${counted(failed, 'trial')} failed or without a finite result` : '',
  ].filter((part) => part !== '');
  return lineChart({
    xScale: log ? 'log' : 'linear',
    ...rest,
    ...(remarks.length > 0 ? { subtitle: remarks.join(' \u00b7 ') } : {}),
    series: drawn.map(({ series, points }): Series => ({ name: series, points })),
  });
}
