import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup, textOf } from '../../test/markup.js';
import { barChart, type BarChartOptions } from './bar-chart.js';
import { toSvg } from '../drawing/to-svg.js';

async function draw(options: Partial<BarChartOptions> & Pick<BarChartOptions, 'bars'>) {
  const all = elements(parseMarkup(await toSvg(barChart({ title: 't', ...options }))));
  const bars = all
    .filter(({ attributes }) => attributes['class']?.includes('mark-rect role-mark'))
    .flatMap((group) => elements(group).map((rect) => numbersIn(rect.attributes['d'])));
  return { bars, texts: all.filter(({ tag }) => tag === 'text').map(textOf) };
}

describe('barChart', () => {
  it('draws lengths to scale from 0, in the given order, with their values', async () => {
    const { bars, texts } = await draw({
      bars: [
        { label: 'zebra', value: 2 },
        { label: 'ape', value: 4 },
        { label: 'none', value: NaN },
      ],
      digits: 1,
    });
    expect(bars).toHaveLength(2);
    const [[x0, , w0], [x1, , w1]] = bars as [number[], number[]];
    expect([x0, x1]).toEqual([0, 0]);
    expect(w1! / w0!).toBeCloseTo(2, 6);
    expect(bars[0]![1]).toBeLessThan(bars[1]![1]!);
    expect(texts).toEqual(
      expect.arrayContaining(['zebra', 'ape', 'none', '2.0', '4.0', '1 bar without a finite value']),
    );
  });

  it('sets series side by side, up and down', async () => {
    const { bars, texts } = await draw({
      orientation: 'vertical',
      bars: ['a', 'b'].flatMap((label) => [
        { label, series: 'train', value: 1 },
        { label, series: 'test', value: -1 },
      ]),
    });
    expect(new Set(bars.map(([x]) => x)).size).toBe(4);
    expect(new Set(bars.map(([, , , height]) => Math.round(Math.abs(height!)))).size).toBe(1);
    expect(texts).toEqual(expect.arrayContaining(['train', 'test', '\u22121']));
  });

  it('draws thousands, the last as the first', async () => {
    const bars = Array.from({ length: 3000 }, (_, i) => ({ label: `b${i}`, value: i === 2999 ? 7 : 1 }));
    const svg = await toSvg(barChart({ title: 'Many', bars }));
    const places = [...svg.matchAll(/label: b(\d+);/g)].map(([, label]) => Number(label));
    expect(places).toHaveLength(3000);
    expect(places.slice(0, 2)).toEqual([0, 1]);
    expect(places.at(-1)).toBe(2999);
  });

  it('draws zeros alone', async () => {
    expect((await draw({ bars: [{ label: 'a', value: 0 }] })).bars[0]![2]).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['no bars', [], 'invalid-data'],
    ['nothing finite', [{ label: 'a', value: null }], 'invalid-data'],
    [
      'two bars in one place',
      [
        { label: 'a', value: 1 },
        { label: 'a', value: 2 },
      ],
      'invalid-data',
    ],
    ['a label that is no text', [{ label: 1, value: 1 }], 'invalid-option'],
    ['bars that are no array', 'a', 'invalid-option'],
  ])('refuses %s', (_, bars, code) => {
    expect(() => barChart({ title: 't', bars: bars as BarChartOptions['bars'] })).toThrowError(
      expect.objectContaining({ code, scope: 'bar-chart' }),
    );
  });
});
