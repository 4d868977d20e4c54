import { barChart } from '../bars/bar-chart.js';
import { makeChart } from '../drawing/chart.js';
import { extent } from '../drawing/domain.js';
import { colorLegend } from '../drawing/legends.js';
import { counted } from '../drawing/text.js';
import { axisSpec, linearAxis, logAxis } from '../drawing/ticks.js';
import { parameterAxis } from './parameter-axis.js';
import {
  completeTrials,
  type MaybeChart,
  objectiveName,
  parameterNames,
  type Search,
  valueScale,
} from './search.js';

/** The shares of the parameters. */
export function importanceChart(search: Search): MaybeChart {
  const bars = Object.entries(search.importances ?? {})
    .sort((a, b) => b[1] - a[1])
    .map(([label, value]) => ({ label, value }));
  if (bars.length === 0) return undefined;
  return barChart({
    title: 'Importance of the parameters',
    valueLabel: 'Share of the variance',
    bars,
    digits: 3,
  });
}

/** The value against each parameter, later trials darker. */
export function sliceCharts(search: Search, objective: number): NonNullable<MaybeChart>[] {
  const trials = completeTrials(search);
  const ends = extent(trials.map(({ values }) => values[objective]!));
  if (!ends) return [];
  const [width, height] = [260, 200];
  const wish = { nice: true, count: 5 };
  const isLog = valueScale(trials.map(({ values }) => values[objective]!)) === 'log';
  const y = axisSpec(isLog ? logAxis(ends, wish) : linearAxis(ends, wish));
  return parameterNames(search).flatMap((name) => {
    const axis = parameterAxis(search, name);
    const values = trials.flatMap((trial) => {
      const x = axis.place(trial);
      return x === undefined ? [] : [{ x, y: trial.values[objective], trial: trial.number }];
    });
    if (values.length === 0) return [];
    return makeChart(
      { title: axis.name, width, height },
      [],
      `${counted(values.length, 'trial')}: ${objectiveName(search, objective)} against ${axis.name}`,
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 36, opacity: 0.9, stroke: '#ffffff', strokeWidth: 0.5 },
        encoding: {
          x: { field: 'x', ...axis.encoding(width) },
          y: {
            field: 'y',
            type: 'quantitative',
            title: objectiveName(search, objective),
            scale: y.scale,
            axis: { ...y.axis, domain: false, ticks: false },
          },
          color: {
            field: 'trial',
            type: 'quantitative',
            // From a blue that is seen on white.
            scale: {
              type: 'linear',
              range: ['#93c3df', '#08306b'],
              domain: [0, Math.max(1, search.trials.length - 1)],
            },
            legend: colorLegend([0, Math.max(1, search.trials.length - 1)], 'Trial', 120),
          },
        },
      },
    );
  });
}
