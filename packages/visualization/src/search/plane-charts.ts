import { makeChart } from '../drawing/chart.js';
import { extent } from '../drawing/domain.js';
import { bottomLegend, colorLegend } from '../drawing/legends.js';
import { colorScale } from '../drawing/palette.js';
import { counted } from '../drawing/text.js';
import { theme } from '../drawing/theme.js';
import { axisSpec, linearAxis, logAxis } from '../drawing/ticks.js';
import { type ParameterAxis, parameterAxis } from './parameter-axis.js';
import {
  COLORS_REMARK,
  colorEnds,
  completeTrials,
  costOf,
  type EndedTrial,
  type MaybeChart,
  objectiveName,
  parameterNames,
  type Search,
  valueScale,
} from './search.js';

const SIDE = 300;
const CELLS = 28;

interface Plane {
  readonly axes: readonly [ParameterAxis, ParameterAxis];
  readonly trials: readonly EndedTrial[];
}

/** The two most important parameters and the trials that have both. */
function plane(search: Search, numeric: boolean): Plane | undefined {
  const axes = parameterNames(search)
    .map((name) => parameterAxis(search, name))
    .filter(({ words, ends }) => (words ? !numeric && words.length > 1 : ends[1] > ends[0]))
    .slice(0, 2);
  if (axes.length < 2) return undefined;
  const trials = completeTrials(search).filter((trial) =>
    axes.every((axis) => axis.place(trial) !== undefined),
  );
  return trials.length < 4 ? undefined : { axes: axes as [ParameterAxis, ParameterAxis], trials };
}

/** The value over two parameters, between trials by inverse distances, and where trials were. */
export function contourChart(search: Search, objective: number): MaybeChart {
  const found = plane(search, true);
  if (!found) return undefined;
  const { axes, trials } = found;
  const [x, y] = axes;
  const colors = colorEnds(search, trials, objective);
  // One value far from all others would be all that the mean shows.
  const points = trials.map((trial) => ({
    at: [x.share(trial)!, y.share(trial)!] as const,
    value: Math.min(colors[1], Math.max(colors[0], trial.values[objective]!)),
  }));
  const back = ({ log, ends: [low, high] }: ParameterAxis, share: number) =>
    log ? low * (high / low) ** share : low + share * (high - low);
  const cells = Array.from({ length: CELLS * CELLS }, (_, i) => {
    const [column, row] = [i % CELLS, Math.floor(i / CELLS)];
    return {
      x: back(x, column / CELLS),
      x2: back(x, Math.min(1, (column + 1.08) / CELLS)),
      y: back(y, row / CELLS),
      y2: back(y, Math.min(1, (row + 1.08) / CELLS)),
      value: between(points, (column + 0.5) / CELLS, (row + 0.5) / CELLS),
    };
  });
  const exact = (axis: ParameterAxis, side: 'x' | 'y') => {
    const { scale, ...rest } = axis.encoding(SIDE, side) as { readonly scale: object };
    return { ...rest, scale: { ...scale, domain: axis.ends, nice: false } };
  };
  return makeChart(
    { title: `${objectiveName(search, objective)} over ${x.name} and ${y.name}`, width: SIDE, height: SIDE },
    [`Between the trials a mean by inverse distances. ${COLORS_REMARK}`],
    `${counted(trials.length, 'trial')} over two parameters, ${objectiveName(search, objective)} as colour`,
    {
      layer: [
        {
          data: { values: cells },
          mark: { type: 'rect', strokeWidth: 0, aria: false },
          encoding: {
            x: { field: 'x', ...exact(x, 'x') },
            x2: { field: 'x2' },
            y: { field: 'y', ...exact(y, 'y') },
            y2: { field: 'y2' },
            color: {
              field: 'value',
              type: 'quantitative',
              scale: colorScale('viridis', colors),
              legend: colorLegend(colors, objectiveName(search, objective), SIDE * 0.7),
            },
          },
        },
        {
          data: { values: trials.map((trial) => ({ x: x.place(trial), y: y.place(trial) })) },
          mark: {
            type: 'point',
            filled: true,
            size: 22,
            color: theme.lightCellInk,
            stroke: theme.darkCellInk,
            strokeWidth: 1,
            opacity: 1,
          },
          encoding: { x: { field: 'x', ...exact(x, 'x') }, y: { field: 'y', ...exact(y, 'y') } },
        },
      ],
    },
  );
}

function between(
  points: readonly { readonly at: readonly [number, number]; readonly value: number }[],
  x: number,
  y: number,
): number {
  let [sum, weights] = [0, 0];
  for (const { at, value } of points) {
    const weight = 1 / ((at[0] - x) ** 2 + (at[1] - y) ** 2 + 1e-4) ** 2;
    sum += weight * value;
    weights += weight;
  }
  return sum / weights;
}

/** Trials over two parameters, coloured by their rank: of use where few values are far from all others. */
export function rankChart(search: Search, objective: number): MaybeChart {
  const found = plane(search, false);
  if (!found) return undefined;
  const { axes, trials } = found;
  const [x, y] = axes;
  const order = [...trials].sort(
    (a, b) =>
      costOf(search, a.values[objective]!, objective) - costOf(search, b.values[objective]!, objective),
  );
  const ranks = [1, Math.max(2, trials.length)] as const;
  const values = order.map((trial, i) => ({ x: x.place(trial), y: y.place(trial), rank: i + 1 })).reverse();
  return makeChart(
    { title: `Rank over ${x.name} and ${y.name}`, width: SIDE, height: SIDE },
    [],
    `${counted(trials.length, 'trial')} over two parameters, their rank as colour, 1 is the best`,
    {
      data: { values },
      mark: { type: 'point', filled: true, size: 60, opacity: 1, stroke: theme.axis, strokeWidth: 0.5 },
      encoding: {
        x: { field: 'x', ...x.encoding(SIDE) },
        y: { field: 'y', ...y.encoding(SIDE, 'y') },
        color: {
          field: 'rank',
          type: 'quantitative',
          scale: colorScale('viridis', ranks),
          legend: colorLegend(ranks, 'Rank (1 is best)', SIDE * 0.7),
        },
      },
    },
  );
}

/** Trials over two objectives; those that no other is better than in both are the Pareto front. */
export function paretoChart(search: Search): MaybeChart {
  if (search.directions.length < 2) return undefined;
  const trials = completeTrials(search);
  if (trials.length === 0) return undefined;
  const cost = (trial: EndedTrial) => search.directions.map((_, i) => costOf(search, trial.values[i]!, i));
  const dominates = (a: readonly number[], b: readonly number[]) =>
    a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
  const costs = trials.map(cost);
  const rows = trials.map((trial, i) => ({
    x: trial.values[0],
    y: trial.values[1],
    kind: costs.some((other) => dominates(other, costs[i]!)) ? 'others' : 'Pareto front',
  }));
  const [x, y] = [0, 1].map((objective) => {
    const values = trials.map((trial) => trial.values[objective]!);
    const wish = { nice: true, count: 6 };
    const ends = extent(values)!;
    return axisSpec(valueScale(values) === 'log' ? logAxis(ends, wish) : linearAxis(ends, wish));
  }) as [ReturnType<typeof axisSpec>, ReturnType<typeof axisSpec>];
  return makeChart(
    { title: 'Pareto front', width: 420, height: 280 },
    search.directions.length > 2 ? ['The first two objectives; the front is that of all'] : [],
    `${counted(trials.length, 'trial')} over two objectives, ${rows.filter(({ kind }) => kind !== 'others').length} of them in the front`,
    {
      data: { values: rows.sort((a, b) => (a.kind < b.kind ? 1 : -1)) },
      mark: { type: 'point', filled: true, size: 50, opacity: 1 },
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          title: objectiveName(search, 0),
          scale: x.scale,
          axis: { ...x.axis, grid: false },
        },
        y: {
          field: 'y',
          type: 'quantitative',
          title: objectiveName(search, 1),
          scale: y.scale,
          axis: { ...y.axis, domain: false, ticks: false },
        },
        color: {
          field: 'kind',
          type: 'nominal',
          scale: { domain: ['Pareto front', 'others'], range: ['#d95f02', theme.axis] },
          legend: bottomLegend(['Pareto front', 'others'], 420),
        },
      },
    },
  );
}
