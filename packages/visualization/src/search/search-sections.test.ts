import { stream } from '@espalier/core';
import { expect, test } from 'vitest';
import type { Chart } from '../drawing/chart.js';
import { toSvg } from '../drawing/to-svg.js';
import type { Search, SearchTrial } from './search.js';
import { searchSections } from './search-sections.js';

/** Trials of a small search: two numbers, one word, values in reports, some pruned and one failed. */
function search(count: number, more: Partial<Search> = {}): Search {
  const random = stream(1, 'search');
  const trials = Array.from({ length: count }, (_, number): SearchTrial => {
    const [rate, units] = [10 ** (-4 * random.uniform()), 1 + random.integer(64)];
    const value = (Math.log10(rate) + 2) ** 2 + units / 64;
    const state = number % 5 === 4 ? 'pruned' : number === 7 ? 'failed' : 'complete';
    return {
      number,
      state,
      parameters: { rate, units, kind: number % 2 === 0 ? 'sgd' : 'adam' },
      ...(state === 'complete' && { values: [value] }),
      reports: [0, 1, 2].map((step) => ({ step, value: value + 2 - step })),
      started: 1000 * number,
      finished: 1000 * number + 1500,
    };
  });
  return {
    trials,
    directions: ['minimize'],
    objectives: ['loss'],
    logarithmic: ['rate'],
    importances: { rate: 0.7, units: 0.2, kind: 0.1 },
    ...more,
  };
}

const chartsOf = (of: Search, title: string): readonly Chart[] =>
  searchSections(of).find((section) => section.title === title)?.charts ?? [];

/** Rows of a chart's data, wherever they are. */
function rows(chart: Chart): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { values } = value as { values?: unknown };
    if (Array.isArray(values) && typeof values[0] === 'object') found.push(...(values as typeof found));
    Object.values(value).forEach(look);
  };
  look(chart);
  return found;
}

test('a search has all its pictures, and each is drawn', async () => {
  const sections = searchSections(search(24));
  expect(sections.map(({ title }) => title)).toEqual([
    ...['History', 'Importances', 'Slices', 'Contours', 'Ranks', 'Parallel coordinates', 'Distribution'],
    ...['Values on the way', 'Timeline'],
  ]);
  for (const chart of sections.flatMap(({ charts }) => charts!)) {
    const svg = await toSvg(chart);
    expect(svg).not.toMatch(/NaN|undefined/);
  }
});

test('the history follows the best value, in either direction, of trials that break no constraint', () => {
  const trials = [3, 1, 2, 0.5].map((value, number): SearchTrial => ({
    number,
    state: 'complete',
    parameters: { x: number },
    values: [value],
    constraints: [number === 3 ? 1 : 0],
  }));
  const bests = (directions: Search['directions']) =>
    rows(chartsOf({ trials, directions }, 'History')[0]!)
      .filter(({ series, x }) => series === 'best so far' && x !== undefined)
      .slice(0, 3)
      .map(({ y }) => y);
  expect(bests(['minimize'])).toEqual([3, 1, 1]);
  expect(bests(['maximize'])).toEqual([3, 3, 3]);
});

test('the Pareto front is what nothing is better than in all objectives', () => {
  const points = [[1, 5], [2, 2], [3, 3], [5, 1], [1, 6]]; // prettier-ignore
  const trials = points.map((values, number): SearchTrial => ({
    number,
    state: 'complete',
    parameters: { x: number },
    values,
  }));
  const front = (directions: Search['directions']) =>
    rows(chartsOf({ trials, directions }, 'Pareto front')[0]!)
      .filter(({ kind }) => kind === 'Pareto front')
      .map(({ x, y }) => [x, y]);
  expect(front(['minimize', 'minimize']).sort()).toEqual([[1, 5], [2, 2], [5, 1]]); // prettier-ignore
  expect(front(['maximize', 'maximize']).sort()).toEqual([[1, 6], [3, 3], [5, 1]]); // prettier-ignore
});

test('half of the trials are below the median', () => {
  const trials = [4, 1, 3, 2].map((value, number): SearchTrial => ({
    number,
    state: 'complete',
    parameters: {},
    values: [value],
  }));
  const points = rows(chartsOf({ trials, directions: ['minimize'] }, 'Distribution')[0]!);
  expect(points.find(({ x, y }) => x === 2 && y === 0.5)).toBeDefined();
  expect(points.filter(({ x }) => x === 4).map(({ y }) => y)).toContain(1);
});

test('contours pass through the trials, ranks begin with the best', () => {
  const of = search(24);
  const [contour] = chartsOf(of, 'Contours');
  expect((contour!.title as { text: string }).text).toBe('loss over rate and units');
  const cells = rows(contour!).filter((row) => 'value' in row) as {
    x: number;
    x2: number;
    y: number;
    y2: number;
    value: number;
  }[];
  const complete = of.trials.filter(({ values }) => values);
  const best = complete.reduce((a, b) => (a.values![0]! < b.values![0]! ? a : b));
  const own = cells.find(
    ({ x, x2, y, y2 }) =>
      x <= (best.parameters['rate'] as number) && (best.parameters['rate'] as number) < x2 &&
      y <= (best.parameters['units'] as number) && (best.parameters['units'] as number) < y2,
  )!; // prettier-ignore
  const mean = complete.reduce((sum, { values }) => sum + values![0]!, 0) / complete.length;
  expect(Math.abs(own.value - best.values![0]!)).toBeLessThan(0.3 * Math.abs(mean - best.values![0]!));
  const first = rows(chartsOf(of, 'Ranks')[0]!).find(({ rank }) => rank === 1)!;
  expect([first['x'], first['y']]).toEqual([best.parameters['rate'], best.parameters['units']]);
});

test('one trial that came to nothing does not hide the others', () => {
  const { trials } = search(24);
  const of = search(0, { trials: trials.map((one, i) => (i === 3 ? { ...one, values: [1e12] } : one)) });
  const values = rows(chartsOf(of, 'Contours')[0]!).flatMap(({ value }) => (typeof value === 'number' ? [value] : [])); // prettier-ignore
  const [low, high] = [Math.min(...values), Math.max(...values)];
  expect(values.filter((value) => value < (low + high) / 2).length).toBeGreaterThan(values.length / 4);
  const first = rows(chartsOf(of, 'Parallel coordinates')[0]!).filter(({ at, color }) => at === 0 && color);
  const heights = first.map(({ y }) => y as number).filter((y) => y < 1);
  expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(0.05);
  expect(JSON.stringify(chartsOf(of, 'Distribution'))).toContain('"type":"log"');
});

test('the timeline counts from the first start, in a unit that fits', () => {
  const [seconds] = chartsOf(search(3), 'Timeline');
  expect(rows(seconds!).map(({ from, to }) => [from, to])).toEqual([[0, 1.5], [1, 2.5], [2, 3.5]]); // prettier-ignore
  const slow = search(3).trials.map((trial) => ({
    ...trial,
    started: trial.started! * 3600,
    finished: trial.finished! * 3600,
  }));
  const [hours] = chartsOf(search(0, { trials: slow }), 'Timeline');
  expect(rows(hours!).at(-1)).toMatchObject({ from: 2, to: 3.5 });
});

test('text of any kind is drawn as text', async () => {
  const nasty = '<b>&"\'</b>';
  const { trials } = search(12);
  const named = trials.map((trial) => ({
    ...trial,
    parameters: { [nasty]: trial.parameters['rate']!, word: nasty, other: trial.parameters['units']! },
  }));
  for (const { charts } of searchSections({ trials: named, directions: ['minimize'], objectives: [nasty] }))
    for (const chart of charts!) expect(await toSvg(chart)).not.toContain('<b>');
});

test('one trial, equal values, trials without values: what can be drawn is', async () => {
  const one: SearchTrial = { number: 0, state: 'complete', parameters: { x: 1, y: 'a' }, values: [2] };
  for (const trials of [
    [one],
    [0, 1, 2, 3, 4].map((number) => ({ ...one, number })),
    [{ ...one, state: 'failed' as const, values: [NaN] }],
    [0, 1, 2, 3, 4].map((number) => ({ ...one, number, values: [Infinity], parameters: { x: number } })),
  ])
    for (const { charts } of searchSections({ trials, directions: ['minimize'] }))
      for (const chart of charts!) expect(await toSvg(chart)).not.toMatch(/NaN|Infinity/);
});

test('what is wrong is told', () => {
  expect(() => searchSections({ trials: [], directions: ['minimize'] })).toThrow(/trials is empty/);
  expect(() => searchSections({ trials: 3 as never, directions: ['minimize'] })).toThrow(/trials must be/);
  expect(() => searchSections({ trials: [], directions: ['down' as never] })).toThrow(/directions must be/);
  expect(() => searchSections({ ...search(3), objectives: ['a', 'b'] })).toThrow(
    /objectives must be 1 names/,
  );
  expect(() => searchSections({ ...search(3), colour: 1 } as never)).toThrow(/colour/);
});
