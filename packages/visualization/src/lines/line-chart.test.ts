import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup, textOf, type Element } from '../../test/markup.js';
import type { Chart } from '../drawing/chart.js';
import { lineChart, type LineChartOptions } from './line-chart.js';
import { toSvg } from '../drawing/to-svg.js';

const byClass = (all: Element[], name: string) =>
  all.filter(({ attributes }) => attributes['class']?.split(' ').includes(name));

/** The labelled ticks of the y axis: value and distance from the top. */
function yTicks(all: Element[]): [number, number][] {
  const labels = byClass(all, 'role-axis-label')[1]!;
  return elements(labels).map((text) => [
    Number(textOf(text).replace('\u2212', '-')),
    numbersIn(text.attributes['transform'])[1]! - 3,
  ]);
}

async function draw(chart: Chart) {
  const all = elements(parseMarkup(await toSvg(chart)));
  const paths = byClass(all, 'mark-line').flatMap((group) =>
    elements(group).map((path) => path.attributes['d']!),
  );
  const marks = byClass(all, 'mark-symbol').filter(({ attributes }) =>
    attributes['class']?.includes('layer_1'),
  );
  const symbols = marks.flatMap((group) =>
    elements(group).map((path) => numbersIn(path.attributes['transform'])),
  );
  return { all, paths, symbols };
}

const options = (
  points: LineChartOptions['series'][number]['points'],
  rest: Partial<LineChartOptions> = {},
) => ({
  title: 't',
  series: [{ name: 's', points }],
  ...rest,
});

describe('the words of a chart', () => {
  it('tell values apart that lie far from 0', () => {
    const { description } = lineChart(options([0, 1, 2].map((i) => ({ x: i, y: 1e6 + i / 10 }))));
    expect(description).toContain('from 1000000.000 at 0 to 1000000.200 at 2');
    expect(lineChart(options([{ x: 0, y: 1 }, { x: 1, y: 2.5 }])).description).toContain('from 1 at 0 to 2.5 at 1'); // prettier-ignore
  });
});

describe('lineChart', () => {
  it('places values where the axis says', async () => {
    const values = [3, 7, 5, 10, 0];
    const { all, paths } = await draw(lineChart(options(values, { width: 400, height: 200 })));
    const ticks = yTicks(all);
    const [[v0, p0], [v1, p1]] = [ticks[0]!, ticks.at(-1)!];
    const path = numbersIn(paths[0]);
    expect(path).toHaveLength(10);
    values.forEach((value, i) => {
      expect(path[2 * i]).toBeCloseTo(i * 100, 2);
      expect(path[2 * i + 1]! - (p0! + ((value - v0!) * (p1! - p0!)) / (v1! - v0!))).toBeLessThan(1);
      expect(path[2 * i + 1]! - (p0! + ((value - v0!) * (p1! - p0!)) / (v1! - v0!))).toBeGreaterThan(-1);
    });
  });

  it('places values on a log axis by their logarithm', async () => {
    const chart = lineChart(
      options(
        [1, 10, 1000].map((y, x) => ({ x, y })),
        { yScale: 'log', yDomain: [1, 1000], height: 300 },
      ),
    );
    const [, a, , b, , c] = numbersIn((await draw(chart)).paths[0]);
    expect([a, b, c].map((y) => Math.round(y!))).toEqual([300, 200, 0]);
  });

  it('breaks the line at NaN, infinities and null, marks lonely points, and says so', async () => {
    const chart = lineChart(options([1, 2, NaN, 4, null, 3, 2, Infinity, -Infinity]));
    const { paths, symbols } = await draw(chart);
    expect(paths.join('').match(/M/g)!.length).toBeGreaterThanOrEqual(2);
    expect(paths.join('')).not.toMatch(/NaN|Infinity/);
    expect(symbols).toHaveLength(5);
    expect(chart.title.subtitle).toEqual([
      '4 values left out as not finite',
      '\u2715 no finite value from x = 7 on',
    ]);
    const gaps = lineChart(options(Array.from({ length: 101 }, (_, i) => (i === 49 || i === 51 ? NaN : i))));
    expect((await draw(gaps)).symbols).toHaveLength(1);
  });

  it.each([
    ['one point', [0.5]],
    ['constant values', [2, 2, 2]],
    ['zeros', [0, 0]],
    ['values that differ in the last bit', [1, 1 + Number.EPSILON]],
    ['the ends of float32', [3.4e38, -3.4e38, 1e-38]],
    ['the ends of what is drawn', [1e300, -1e300]],
    ['denormal values', [5e-324, 1e-320]],
  ])('draws %s inside the plot', async (_, points) => {
    for (const yScale of ['linear', 'log'] as const) {
      if (yScale === 'log' && Math.max(...points) < 1e-300) continue;
      if (Math.max(...points) <= 0 && yScale === 'log') continue;
      const { symbols } = await draw(lineChart(options(points, { yScale })));
      expect(symbols.length).toBeGreaterThan(0);
      for (const [x, y] of symbols) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(480);
        expect(y).toBeGreaterThanOrEqual(-0.01);
        expect(y).toBeLessThanOrEqual(280.01);
      }
    }
  });

  it('sorts by x and draws dashes', async () => {
    const chart = lineChart({
      title: 't',
      series: [
        {
          name: 'a',
          points: [
            { x: 2, y: 1 },
            { x: 0, y: 0 },
            { x: 1, y: 5 },
          ],
          dashed: true,
        },
        { name: 'b', points: [0, 1, 2] },
      ],
      width: 200,
    });
    const { all, paths } = await draw(chart);
    expect(numbersIn(paths[0]).filter((_, i) => i % 2 === 0)).toEqual([0, 100, 200]);
    const lines = byClass(all, 'mark-line').flatMap((group) => elements(group));
    expect(lines.map((path) => path.attributes['stroke-dasharray'])).toEqual(['6,4', '1,0']);
  });

  it('says how many values lie beyond the ends of the axis', () => {
    const { title } = lineChart({
      title: 't',
      yDomain: [0, 1],
      series: [
        { name: 'a', points: [0, 0.5, 1, 2] },
        { name: 'b', points: [-3, -3] },
      ],
    });
    expect(title.subtitle).toEqual(['3 values beyond the ends of the axis']);
  });

  it('thins long lines and keeps their spikes', async () => {
    const points = Array.from({ length: 50_000 }, (_, i) => (i === 31_234 ? 99 : Math.sin(i / 500)));
    const chart = lineChart(options(points));
    expect(JSON.stringify(chart).length).toBeLessThan(400_000);
    expect(JSON.stringify(chart)).toContain('"x":31234,"y":99');
  });

  it('is plain JSON', () => {
    const chart = lineChart(options([1, NaN]));
    expect(JSON.parse(JSON.stringify(chart))).toEqual(chart);
  });

  it.each<[string, unknown, string]>([
    ['no series', { title: 't', series: [] }, 'invalid-data'],
    ['an empty series', options([]), 'invalid-data'],
    [
      'two series of one name',
      {
        title: 't',
        series: [
          { name: 'a', points: [1] },
          { name: 'a', points: [2] },
        ],
      },
      'invalid-data',
    ],
    ['nothing finite', options([NaN, Infinity]), 'invalid-data'],
    ['nothing positive on a log axis', options([0, -1], { yScale: 'log' }), 'invalid-data'],
    ['an x that is not finite', options([{ x: NaN, y: 1 }]), 'invalid-data'],
    ['no title', { series: [{ name: 'a', points: [1] }] }, 'invalid-option'],
    ['a name that is no text', { title: 't', series: [{ name: 3, points: [1] }] }, 'invalid-option'],
    ['points that are no array', { title: 't', series: [{ name: 'a', points: 'x' }] }, 'invalid-option'],
    ['an unknown scale', options([1], { yScale: 'sqrt' as 'log' }), 'invalid-option'],
    ['a domain upside down', options([1], { yDomain: [2, 1] }), 'invalid-option'],
    ['a width of 0', options([1], { width: 0 }), 'invalid-option'],
  ])('refuses %s', (_, wrong, code) => {
    expect(() => lineChart(wrong as LineChartOptions)).toThrowError(
      expect.objectContaining({ code, scope: 'line-chart' }),
    );
  });
});
