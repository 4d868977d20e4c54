import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup, textOf } from '../../test/markup.js';
import { spread } from './end-labels.js';
import { lineChart } from './line-chart.js';
import { lineStyle } from './line-style.js';
import { parseHex } from '../drawing/palette.js';
import { toSvg } from '../drawing/to-svg.js';

/** Linear RGB as seen with full protanopia, deuteranopia and tritanopia: Machado, Oliveira & Fernandes, 2009. */
const sights = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], // prettier-ignore
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]], // prettier-ignore
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]], // prettier-ignore
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]], // prettier-ignore
};

/** CIE Lab, D65. */
function lab(hex: string, matrix: readonly (readonly number[])[]): number[] {
  const linear = parseHex(hex).map((v) =>
    v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
  );
  const [r, g, b] = matrix.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, m, i) => sum + m * linear[i]!, 0),
      ),
    ),
  );
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r! + 0.3576 * g! + 0.1805 * b!) / 0.95047);
  const y = f(0.2126 * r! + 0.7152 * g! + 0.0722 * b!);
  const z = f((0.0193 * r! + 0.1192 * g! + 0.9505 * b!) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe('lines of a chart', () => {
  it.each(Object.entries(sights))('can be told apart with %s sight', (_, matrix) => {
    for (let i = 0; i < 24; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [lineStyle(i), lineStyle(j)];
        if (a.dash !== b.dash || a.shape !== b.shape) continue;
        const distance = Math.hypot(...lab(a.color, matrix).map((v, k) => v - lab(b.color, matrix)[k]!));
        expect(distance, `${i} and ${j}: ${a.color} ${b.color}`).toBeGreaterThan(15);
      }
    }
  });

  it('look different up to 72', () => {
    const looks = Array.from({ length: 72 }, (_, i) =>
      JSON.stringify({ ...lineStyle(i), color: lineStyle(i).color }),
    );
    expect(new Set(looks).size).toBe(72);
  });

  const named = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      name: `a very long name of a run of which only the end differs: ${i}`,
      points: [1, i / count],
    }));

  it.each([2, 11, 20, 60])(
    'have their %i names beside or below the plot, none over another, ends kept',
    async (count) => {
      const svg = await toSvg(lineChart({ title: 't', series: named(count) }));
      const all = elements(parseMarkup(svg));
      const texts = all.filter((element) => element.tag === 'text' && textOf(element).startsWith('a very'));
      expect(texts.map(textOf).map((text) => /: (\d+)$/.exec(text)?.[1])).toEqual(
        named(count).map((_, i) => String(i)),
      );
      const places = texts.map((text) => numbersIn(text.attributes['transform']) as [number, number]);
      for (const [i, [x, y]] of places.entries()) {
        expect(x > 480 || y > 300).toBe(true);
        for (const [x2, y2] of places.slice(0, i)) {
          expect(Math.abs(y - y2) >= 12 || Math.abs(x - x2) >= 170, `${x},${y} ${x2},${y2}`).toBe(true);
        }
      }
    },
  );

  it('keeps labels near the ends of their lines', () => {
    expect(spread([50, 51, 200], 300)).toEqual([50, 64, 200]);
    expect(spread([300, 299, 0], 300)).toEqual([293, 279, 7]);
  });

  it('show where values end in NaN, on an axis that goes on', async () => {
    const points = [3, 2, 1, NaN, NaN, NaN, NaN, NaN, NaN, NaN];
    const chart = lineChart({
      title: 't',
      xLabel: 'Epoch',
      series: [
        { name: 'a', points },
        { name: 'b', points: [4, 3, 2] },
      ],
    });
    const svg = await toSvg(chart);
    const ticks = elements(parseMarkup(svg))
      .filter(({ tag }) => tag === 'text')
      .map(textOf);
    expect(ticks).toContain('8');
    const crosses = elements(parseMarkup(svg)).filter(({ attributes }) =>
      attributes['d']?.startsWith('M-3.5'),
    );
    expect(crosses.map(({ attributes }) => numbersIn(attributes['transform']))).toEqual([[160, 6]]);
    expect(chart.title.subtitle).toContain('\u2715 no finite value from epoch 3 on');
  });

  it('have bands and whiskers where points have a spread', async () => {
    const points = [0, 1].map((x) => ({ x, y: 1 + x, low: 0.5 + x, high: 1.5 + x }));
    const draw = async (kind: 'line' | 'points') =>
      elements(
        parseMarkup(
          await toSvg(lineChart({ title: 't', series: [{ name: 'a', kind, points }], height: 200 })),
        ),
      );
    const band = (await draw('line')).find(({ attributes }) => attributes['class']?.includes('mark-area'))!;
    // The axis is [0.5, 2.5] over 200 px: the band begins between 1.5 and 0.5 and ends between 2.5 and 1.5.
    expect(new Set(numbersIn(elements(band)[0]!.attributes['d']))).toEqual(new Set([0, 480, 100, 200]));
    const rules = (await draw('points')).filter(({ attributes }) =>
      attributes['class']?.includes('mark-rule role-mark'),
    );
    expect(
      rules.flatMap((group) => elements(group)).map((rule) => Math.abs(Number(rule.attributes['y2']))),
    ).toEqual([100, 100]);
  });

  it('are smoothed with the raw values behind', () => {
    const json = JSON.stringify(
      lineChart({ title: 't', series: [{ name: 'a', points: [1, NaN, 4] }], smoothing: 0.5 }),
    );
    // 0.5 * 1 / 0.5 = 1; (0.5 * 0.5 + 0.5 * 4) / 0.75 = 3
    expect(json).toContain(
      '{"series":"a","x":0,"y":1},{"series":"a","x":1,"y":null},{"series":"a","x":2,"y":3}',
    );
    expect(json).toContain('{"series":"a","x":2,"y":4}');
  });
});
