import { describe, expect, it, test } from 'vitest';
import { elements, parseMarkup, textOf } from '../../test/markup.js';
import { textBoxes, textsOverEachOther } from '../../test/text-boxes.js';
import type { Chart } from './chart.js';
import {
  barChart,
  calibrationChart,
  confusionMatrixChart,
  embeddingChart,
  flameChart,
  healthChart,
  heatMap,
  lineChart,
  networkChart,
  searchSections,
  toSvg,
} from '../index.js';
import { cutNames, textWidth } from './text-width.js';

const range = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const alike = (i: number): string =>
  `model-with-a-long-beginning-that-is-alike/${['conv2d', 'dense'][i % 2]}_${i}/and-a-long-end-that-is-alike/kernel:0`;
const bars = (count: number, of: (i: number) => object = () => ({})) =>
  range(count, (i) => ({ label: `class ${i}`, value: 0.9 + 0.001 * i, ...of(i) }));
const search = (names: readonly string[], words: (i: number) => string) =>
  searchSections({
    directions: ['minimize', 'maximize'],
    objectives: [names[0]!, names[1]!],
    trials: range(30, (number) => ({
      number,
      state: 'complete' as const,
      parameters: { [names[0]!]: number, [names[1]!]: (number * 7) % 30, [names[2]!]: words(number) },
      values: [number / 30, ((number * 7) % 30) / 30],
      started: number * 1000,
      finished: number * 1000 + 900,
    })),
  }).flatMap(({ charts }) => charts!);

const crowded: Record<string, () => Chart | readonly Chart[]> = {
  'a hundred bars in a small plot': () => barChart({ title: 't', bars: bars(100), width: 340, height: 300 }),
  'a hundred upright bars in a small plot': () =>
    barChart({ title: 't', bars: bars(100), width: 340, orientation: 'vertical' }),
  'twenty upright bars with errors': () =>
    barChart({
      title: 't',
      bars: bars(20, () => ({ error: 0.05 })),
      errorLabel: 'e',
      orientation: 'vertical',
    }),
  'twelve upright bars with errors in a narrow plot': () =>
    barChart({ title: 't', width: 340, bars: bars(12, () => ({ error: 0.05 })), errorLabel: 'e', orientation: 'vertical' }), // prettier-ignore
  'numbers beside bars below 0': () =>
    barChart({ title: 't', bars: bars(5, (i) => ({ value: -5 + i, error: 0.5 })), errorLabel: 'e' }),
  'long names of bars, axes and series': () =>
    barChart({
      title: alike(0),
      valueLabel: alike(1),
      bars: range(24, (i) => ({ label: alike(i % 3), series: alike(Math.floor(i / 3)), value: i })),
    }),
  'long names of upright bars': () =>
    barChart({ title: 't', orientation: 'vertical', valueLabel: alike(1), bars: bars(24, (i) => ({ label: alike(i) })) }), // prettier-ignore
  'long names of axes': () =>
    lineChart({ title: alike(0), xLabel: alike(1), yLabel: alike(2), series: [{ name: 'a', points: [1, 2] }] }), // prettier-ignore
  'long names of 24 classes': () =>
    confusionMatrixChart(
      range(24, (r) => range(24, (c) => (r === c ? 9 : 0))),
      range(24, alike),
    ),
  'long names of 50 classes': () =>
    confusionMatrixChart(
      range(50, (r) => range(50, (c) => (r === c ? 9 : 0))),
      range(50, alike),
    ),
  'long names around cells': () =>
    heatMap({ title: 't', values: range(24, () => range(24, (c) => c)), rowLabels: range(24, alike), columnLabels: range(24, alike), xLabel: alike(0), yLabel: alike(1), valueLabel: alike(2) }), // prettier-ignore
  'a search over long names': () => search([alike(0), alike(1), alike(2)], alike),
  'a search over twenty short words': () => search(['a', 'b', 'c'], (i) => `word ${i % 20}`),
  'enormous values': () => heatMap({ title: 't', values: [[1e300, 2e299], [3e299, 5e299]] }), // prettier-ignore
};

describe('texts', () => {
  it.each(Object.entries(crowded))(
    'do not lie over each other, and the picture stays small: %s',
    async (_, make) => {
      for (const chart of [make()].flat() as Chart[]) {
        const svg = await toSvg(chart);
        expect(textsOverEachOther(svg)).toEqual([]);
        expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeLessThan(Math.max(900, chart.width + 500));
      }
    },
  );

  it('of layers stay within their boxes', async () => {
    const layers = range(4, (i) => ({ name: `global_average_pooling_${i}`, type: 'GlobalAveragePooling2D', shape: [4 ** (4 - i)] })); // prettier-ignore
    const chart = networkChart({ title: 't', layers, width: 420 });
    const boxes = (chart['layer'] as { data: { values: { x?: number; x2?: number; text?: string }[] } }[])
      .flatMap(({ data }) => data.values)
      .filter(({ x2, text }) => x2 !== undefined && text !== undefined);
    expect(boxes).toHaveLength(4);
    for (const { x, x2, text } of boxes) expect(textWidth(text!, 11)).toBeLessThanOrEqual(x2! - x!);
  });

  it('of a title name long classes shortly', () => {
    const chart = confusionMatrixChart(range(9, () => range(9, () => 1)), range(9, alike)); // prettier-ignore
    expect(chart.title.subtitle!.length).toBeLessThan(8);
  });

  it('of a legend are all there', async () => {
    const labels = range(320, (i) => i % 32);
    const svg = await toSvg(embeddingChart({ points: labels.map((label, i) => [label, i]), labels }));
    const texts = new Set(textBoxes(svg).map(({ text }) => text));
    for (let i = 0; i < 32; i++) expect(texts).toContain(`class ${i}`);
  });

  it('stand at every second bar at least where they fit, and say where values do not', async () => {
    const chart = barChart({ title: 't', bars: bars(100), width: 340, height: 300, showValues: true });
    const texts = textBoxes(await toSvg(chart)).map(({ text }) => text);
    expect(texts.filter((text) => text.startsWith('class')).length).toBeGreaterThan(20);
    expect(chart.description).toContain('values not written');
  });
});

describe('numbers', () => {
  const texts = async (chart: Chart): Promise<string[]> =>
    textBoxes(await toSvg(chart)).map(({ text }) => text);
  const narrow = range(6, (i) => 1e6 + 0.1 * i);

  test('at bars differ where values do', async () => {
    const written = await texts(barChart({ title: 't', bars: narrow.map((value, i) => ({ label: `b${i}`, value })) })); // prettier-ignore
    for (const value of narrow) expect(written).toContain(value.toFixed(3));
    expect(await texts(barChart({ title: 't', bars: [{ label: 'a', value: 1234567.8 }] }))).toContain(
      '1234568',
    );
  });

  test('in cells differ where colours do, or are not written', async () => {
    const of = (values: readonly number[]) =>
      heatMap({ title: 't', values: [values], width: 60 * values.length });
    expect(await texts(of([0.97912, 0.97935, 0.97951]))).toEqual(
      expect.arrayContaining(['0.9791', '0.9794']),
    );
    const chart = heatMap({ title: 't', values: [narrow] });
    expect(chart.description).toContain('values not written');
  });

  test('at a colour bar differ', async () => {
    for (const values of [
      [narrow],
      [[0.97912, 0.97951]],
      [[1e300, 1e299]],
      range(40, () => range(40, (i) => 1e6 + i / 100)),
    ]) {
      const svg = await toSvg(heatMap({ title: 't', values, showValues: false }));
      const labels = elements(parseMarkup(svg))
        .filter(({ attributes }) => attributes['class']?.includes('role-legend-label'))
        .flatMap((group) => elements(group).filter(({ tag }) => tag === 'text'))
        .map(textOf);
      expect(labels.length).toBeGreaterThanOrEqual(2);
      expect(new Set(labels).size).toBe(labels.length);
      for (const label of labels) expect(label.length).toBeLessThan(16);
    }
    const few = confusionMatrixChart(range(3, (r) => range(3, (c) => (r === c ? 1e6 : 90 * r))));
    expect((await texts(few)).filter((text) => text === '0%')).toHaveLength(2);
  });

  test('on a narrow log axis and around 0', async () => {
    const y = (points: number[], yScale: 'linear' | 'log') =>
      texts(lineChart({ title: 't', yScale, series: [{ name: 'a', points }] }));
    expect(await y([1, 1.05, 1.1], 'log')).toEqual(expect.arrayContaining(['1.02', '1.08']));
    const large = await y([0, 3e7], 'linear');
    expect(large).toContain('0');
    expect(large).not.toContain('0e+0');
  });

  test('of times have the unit that suits them', async () => {
    const flame = (seconds: number) =>
      texts(flameChart({ profile: { name: 'run', seconds, calls: 1, children: [] } }));
    expect(await flame(9e5)).toContain('Time, d');
    expect(await flame(3e-6)).toContain('Time, \u00b5s');
  });

  test('that are missing are grey cells', () => {
    const chart = heatMap({ title: 't', values: [[1, null as never], [undefined as never, 2]] }); // prettier-ignore
    expect(chart.description).toContain('2 values not finite');
  });

  test('of parameters that cannot be drawn leave their trial out', async () => {
    const trials = [1, 2, 3, NaN, Infinity].map((x, number) => ({ number, state: 'complete' as const, parameters: { x, y: number }, values: [number] })); // prettier-ignore
    for (const chart of searchSections({ trials, directions: ['minimize'] }).flatMap(({ charts }) => charts!))
      expect((await texts(chart)).join()).not.toMatch(/NaN|\u221e/);
  });
});

test('names that are alike at both ends are cut around what tells them apart', () => {
  const names = range(24, alike);
  for (const width of [90, 120, 200]) {
    const cut = cutNames(names, width, 11);
    expect(new Set(cut).size).toBe(24);
    cut.forEach((text, i) => {
      expect(text).toContain(`_${i}`);
      expect(textWidth(text, 11)).toBeLessThanOrEqual(width);
    });
  }
  const health = healthChart({
    epochs: [{ epoch: 1, layers: names.map((layer) => ({ layer, gradientShare: 1e-9 })) }],
    layers: names.map((layer) => ({ layer, verdict: 'vanishing', since: 1 })),
  });
  const [{ value: labels }] = health['params'] as [{ value: string[] }];
  expect(new Set(labels).size).toBe(24);
});

test('of many points every class is drawn, whatever their order', () => {
  const labels = range(10_000, (i) => i % 10);
  const chart = embeddingChart({ points: labels.map((label, i) => [label, i]), labels });
  const [points] = chart['layer'] as [{ data: { values: { name: string }[] } }];
  expect(new Set(points.data.values.map(({ name }) => name)).size).toBe(10);
  expect(points.data.values.length).toBeLessThanOrEqual(3000);
});

test('lines lie over their bands and unsmoothed values, and crosses beside each other', () => {
  const points = range(20, (i) => ({ x: i, y: i < 10 ? i : NaN, low: i - 1, high: i + 1 }));
  const chart = lineChart({ title: 't', smoothing: 0.5, series: [{ name: 'a', points }, { name: 'b', points }] }); // prettier-ignore
  const layers = chart['layer'] as { mark: { type: string; opacity?: number; shape?: string }; data: { values: { top?: number }[] } }[]; // prettier-ignore
  const at = (is: (mark: (typeof layers)[0]['mark']) => boolean): number =>
    layers.findIndex(({ mark }) => is(mark));
  const line = at(({ type, opacity }) => type === 'line' && opacity === undefined);
  expect(at(({ opacity }) => opacity === 0.3)).toBeLessThan(line);
  const tops = layers.find(({ mark }) => mark.shape?.startsWith('M'))!.data.values.map(({ top }) => top);
  expect(new Set(tops).size).toBe(2);
});

test('whiskers of a bar stay off its neighbours, and those of a calibration are explained', () => {
  const chart = barChart({
    title: 't',
    height: 300,
    bars: bars(100, () => ({ error: 0.05 })),
    errorLabel: 'e',
  });
  const ticks = (chart['layer'] as { mark: { type: string; size?: number } }[]).filter(
    ({ mark }) => mark.type === 'tick',
  );
  expect(ticks).toHaveLength(2);
  for (const { mark } of ticks) expect(mark.size).toBeLessThanOrEqual((300 / 100) * 0.75);
  const bins = [{ count: 10, confidence: 0.5, accuracy: 0.5 }];
  expect(calibrationChart({ models: [{ name: 'm', bins }] }).description).toContain('95 % interval');
});
