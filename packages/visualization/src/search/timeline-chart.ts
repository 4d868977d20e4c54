import { makeChart } from '../drawing/chart.js';
import { isDrawable } from '../drawing/domain.js';
import { bottomLegend } from '../drawing/legends.js';
import { counted } from '../drawing/text.js';
import { axisSpec, linearAxis } from '../drawing/ticks.js';
import { timeUnit } from '../drawing/time-unit.js';
import type { MaybeChart, Search } from './search.js';

const states = ['complete', 'pruned', 'failed', 'running'] as const;
const colors = ['#0b76c2', '#c99700', '#c25ba5', '#8a6d4f'];

/** When each trial ran, from the first one's start. */
export function timelineChart({ trials }: Search): MaybeChart {
  const timed = trials.filter(({ started }) => isDrawable(started));
  const known = timed.flatMap(({ started, finished }) => [
    started!,
    ...(isDrawable(finished) ? [finished] : []),
  ]);
  if (known.length === 0) return undefined;
  const [first, last] = known.reduce(
    ([a, b], time) => [Math.min(a, time), Math.max(b, time)],
    [Infinity, -Infinity],
  );
  if (last === first) return undefined;
  const seconds = (last - first) / 1000;
  const unit = timeUnit(seconds);
  const place = (time: number) => (time - first) / 1000 / unit.size;
  const values = timed.map(({ number, state, started, finished }) => ({
    trial: number,
    low: number - 0.45,
    high: number + 0.45,
    from: place(started!),
    to: place(finished ?? last),
    state,
  }));
  const numbers = values.map(({ trial }) => trial);
  const height = Math.min(420, Math.max(80, 14 * values.length));
  const x = axisSpec(linearAxis([0, place(last)], { nice: true, count: 7 }));
  const y = axisSpec(
    linearAxis([Math.min(...numbers) - 0.5, Math.max(...numbers) + 0.5], {
      nice: false,
      count: Math.max(3, Math.round(height / 45)),
      whole: true,
    }),
  );
  return makeChart(
    { title: 'When trials ran', width: 480, height },
    [],
    `${counted(values.length, 'trial')} over ${place(last).toPrecision(3)} ${unit.name}`,
    {
      data: { values },
      mark: { type: 'rect', aria: false },
      encoding: {
        x: {
          field: 'from',
          type: 'quantitative',
          title: `Time, ${unit.name}`,
          scale: x.scale,
          axis: { ...x.axis, grid: false },
        },
        x2: { field: 'to' },
        y: {
          field: 'low',
          type: 'quantitative',
          title: 'Trial',
          scale: { ...y.scale, reverse: true },
          axis: { ...y.axis, grid: false },
        },
        y2: { field: 'high' },
        color: {
          field: 'state',
          type: 'nominal',
          scale: { domain: states, range: colors },
          legend: bottomLegend(states, 480),
        },
      },
    },
  );
}
