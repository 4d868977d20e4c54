import { makeChart } from '../drawing/chart.js';
import { extent } from '../drawing/domain.js';
import { colorLegend } from '../drawing/legends.js';
import { colorScale } from '../drawing/palette.js';
import { counted, formatNumber } from '../drawing/text.js';
import { cutNames } from '../drawing/text-width.js';
import { theme } from '../drawing/theme.js';
import { parameterAxis } from './parameter-axis.js';
import {
  COLORS_REMARK,
  colorEnds,
  completeTrials,
  costOf,
  type MaybeChart,
  objectiveName,
  parameterNames,
  type Search,
  valueScale,
} from './search.js';

/** Of the plot, px. */
const height = 260;

/** Parameters side by side at most. */
const MOST = 8;

/** Each trial as a line over its value and its parameters; the best ones on top. */
export function parallelChart(search: Search, objective: number): MaybeChart {
  const trials = completeTrials(search).sort(
    (a, b) =>
      costOf(search, b.values[objective]!, objective) - costOf(search, a.values[objective]!, objective),
  );
  const names = parameterNames(search).slice(0, MOST);
  const ends = extent(trials.map(({ values }) => values[objective]!));
  if (!ends || names.length === 0) return undefined;
  const axes = names
    .map((name) => parameterAxis(search, name))
    .filter(({ words, ends }) => words !== undefined || ends[0] <= ends[1]);
  if (axes.length === 0) return undefined;
  const value = objectiveName(search, objective);
  // Words of the last axis stand right of it.
  const right = axes.at(-1)!.words ? 0.9 : 0.4;
  const spacing = 110;
  const titles = cutNames([value, ...axes.map(({ name }) => name)], spacing - 10, 11);
  const colors = colorEnds(search, trials, objective);
  const isLog = valueScale(trials.map(({ values }) => values[objective]!)) === 'log';
  const placed = (v: number) => (isLog ? Math.log(v) : v);
  const [low, high] = [placed(ends[0]), placed(ends[1])];
  const valueShare = (v: number) => (high === low ? 0.5 : (placed(v) - low) / (high - low));
  const rows = trials.flatMap((trial) => {
    const color = trial.values[objective]!;
    const line = [
      { at: 0, y: valueShare(color) },
      ...axes.map((axis, i) => ({ at: i + 1, y: axis.share(trial) })),
    ];
    // A parameter that the trial has not is passed over.
    return line.flatMap(({ at, y }) => (y === undefined ? [] : [{ trial: trial.number, at, y, color }]));
  });
  const labels = [
    { at: 0, y: 0, text: formatNumber(ends[0]) },
    { at: 0, y: 1, text: formatNumber(ends[1]) },
    ...axes.flatMap(({ words, ends: [low, high] }, i) =>
      words
        ? cutNames(words, spacing - 12, 10).flatMap((text, k) =>
            // Of more than fit above each other every second, third, ...
            k % Math.ceil((13 * (words.length - 1)) / height || 1) === 0
              ? [{ at: i + 1, y: words.length === 1 ? 0.5 : k / (words.length - 1), text }]
              : [],
          )
        : [
            { at: i + 1, y: 0, text: formatNumber(low) },
            { at: i + 1, y: 1, text: formatNumber(high) },
          ],
    ),
  ];
  const width = Math.round(spacing * (axes.length + right));
  const x = {
    field: 'at',
    type: 'quantitative',
    title: null,
    scale: { domain: [0, axes.length + right], nice: false },
    axis: null,
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    title: null,
    scale: { domain: [0, 1], nice: false },
    axis: null,
  };
  return makeChart(
    { title: `Trials over ${value} and parameters`, width, height },
    [COLORS_REMARK],
    `${counted(trials.length, 'trial')} as lines over ${value} and ${counted(axes.length, 'parameter')}`,
    {
      layer: [
        {
          data: { values: rows },
          mark: { type: 'line', strokeWidth: 1.2, opacity: 0.7, aria: false },
          encoding: {
            x,
            y,
            detail: { field: 'trial', type: 'nominal' },
            color: {
              field: 'color',
              type: 'quantitative',
              scale: colorScale('viridis', colors),
              legend: colorLegend(colors, value, 160),
            },
          },
        },
        {
          data: { values: titles.map((text, at) => ({ at, text, y: 0, y2: 1 })) },
          mark: { type: 'rule', color: theme.axis, aria: false },
          encoding: { x, y, y2: { field: 'y2' } },
        },
        {
          data: { values: titles.map((text, at) => ({ at, text, y: 0 })) },
          mark: { type: 'text', dy: 24, fontSize: 11, color: theme.ink, aria: false },
          encoding: { x, y, text: { field: 'text', type: 'nominal' } },
        },
        // Paper around the letters, so that they are read on lines.
        ...[{ stroke: theme.paper, strokeWidth: 3 }, {}].map((ink) => ({
          data: { values: labels },
          mark: {
            type: 'text',
            align: 'left',
            dx: 4,
            dy: { expr: 'datum.y === 0 ? -5 : datum.y === 1 ? 7 : 0' },
            fontSize: 10,
            color: theme.softInk,
            aria: false,
            ...ink,
          },
          encoding: { x, y, text: { field: 'text', type: 'nominal' } },
        })),
      ],
    },
  );
}
