import { isDrawable } from '../drawing/domain.js';
import { lineChart, type Series } from '../lines/line-chart.js';
import { counted } from '../drawing/text.js';
import { completeTrials, costOf, type MaybeChart, objectiveName, type Search, valueScale } from './search.js';

/** Each trial's value, and the best so far. Trials that break a constraint count for nothing. */
export function historyChart(search: Search, objective: number): MaybeChart {
  const trials = completeTrials(search);
  if (trials.length === 0) return undefined;
  const isFeasible = (trial: (typeof trials)[number]) =>
    !(trial.constraints ?? []).some((value) => value > 0);
  const feasible = trials.filter(isFeasible);
  const broken = trials.filter((trial) => !isFeasible(trial));
  const pointOf = ({ number, values }: (typeof trials)[number]) => ({ x: number, y: values[objective]! });
  let best = Infinity;
  const bests = feasible.map(({ number, values }) => {
    best = Math.min(best, costOf(search, values[objective]!, objective));
    return { x: number, y: costOf(search, best, objective) };
  });
  const series: Series[] = [
    ...(feasible.length > 0
      ? [{ name: 'trial', kind: 'points', points: feasible.map(pointOf) } as const]
      : []),
    ...(broken.length > 0
      ? [{ name: 'breaks a constraint', kind: 'points', points: broken.map(pointOf) } as const]
      : []),
    ...(bests.length > 0 ? [{ name: 'best so far', points: bests }] : []),
  ];
  const lost = search.trials.length - trials.length;
  return lineChart({
    title: `${objectiveName(search, objective)} of each trial`,
    ...(lost > 0 && { subtitle: `${counted(lost, 'trial')} pruned, failed or running` }),
    xLabel: 'Trial',
    yLabel: objectiveName(search, objective),
    yScale: valueScale(trials.map(({ values }) => values[objective]!)),
    series,
  });
}

/** The share of trials that came to a value or a better one (empirical distribution function). */
export function distributionChart(search: Search, objective: number): MaybeChart {
  const values = completeTrials(search).map((trial) => trial.values[objective]!);
  if (values.length < 2) return undefined;
  const xScale = valueScale(values);
  const sorted = values.sort((a, b) => costOf(search, a, objective) - costOf(search, b, objective));
  const better = search.directions[objective] === 'maximize' ? 'above' : 'below';
  // A step at each value.
  const points = sorted.flatMap((x, i) => [
    { x, y: i / sorted.length },
    { x, y: (i + 1) / sorted.length },
  ]);
  return lineChart({
    title: `Share of trials ${better} a value`,
    xLabel: objectiveName(search, objective),
    yLabel: 'Share of complete trials',
    xScale,
    yDomain: [0, 1],
    series: [
      { name: 'trials', points: search.directions[objective] === 'maximize' ? points.reverse() : points },
    ],
  });
}

/** At most so many curves: the best ones, and as many others. */
const MOST = 12;

/** What trials told of before they ended, one fold after the other. */
export function intermediateChart(search: Search): MaybeChart {
  const curves = search.trials.flatMap((trial) => {
    const steps = (trial.reports ?? []).filter(({ step, value }) => step !== undefined && isDrawable(value));
    const folds = [...new Set(steps.map(({ fold }) => fold))];
    return steps.length === 0
      ? []
      : [
          {
            trial,
            last: steps.at(-1)!.value,
            points: steps
              .filter(({ fold }) => fold === folds[0])
              .map(({ step, value }) => ({ x: step!, y: value })),
          },
        ];
  });
  if (curves.length === 0) return undefined;
  const byLast = [...curves].sort((a, b) => costOf(search, a.last) - costOf(search, b.last));
  const shown =
    byLast.length <= 2 * MOST ? byLast : [...byLast.slice(0, MOST), ...spread(byLast.slice(MOST), MOST)];
  return lineChart({
    title: 'Values on the way',
    ...(shown.length < curves.length && {
      subtitle: `The ${MOST} best and ${shown.length - MOST} others of ${curves.length} trials`,
    }),
    xLabel: 'Step',
    yLabel: objectiveName(search, 0),
    yScale: valueScale(shown.flatMap(({ points }) => points.map(({ y }) => y))),
    series: shown.map(({ trial: { number, state }, points }) => ({
      name: `trial ${number}${state === 'pruned' ? ', pruned' : ''}`,
      dashed: state === 'pruned',
      points,
    })),
  });
}

const spread = <T>(list: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]!);
