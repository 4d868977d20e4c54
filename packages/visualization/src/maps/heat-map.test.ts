import { describe, expect, it, test } from 'vitest';
import { decodePng, type Picture } from '../../test/png.js';
import { elements, numbersIn, parseMarkup, textOf, type Element } from '../../test/markup.js';
import type { Chart } from '../drawing/chart.js';
import { heatMap, type HeatMapOptions } from './heat-map.js';
import { colorAt, palettes, parseHex } from '../drawing/palette.js';
import { theme } from '../drawing/theme.js';
import { toSvg } from '../drawing/to-svg.js';

const grid = (rows: number, columns: number, at: (r: number, c: number) => number) =>
  Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => at(r, c)));

const draw = async (chart: Chart) => elements(parseMarkup(await toSvg(chart)));
const texts = (all: Element[]) => all.filter(({ tag }) => tag === 'text').map(textOf);

function picture(chart: Chart): Picture {
  const [, url] = /"(data:image\/png;base64,[^"]+)"/.exec(JSON.stringify(chart))!;
  return decodePng(Buffer.from(url!.split(',')[1]!, 'base64'));
}

test('what is written on grey keeps its ink in the dark, as the grey stays', () => {
  const layers = heatMap({ title: 't', values: [[1, NaN, 9]] })['layer'] as readonly { readonly mark: { readonly type: string; readonly color?: string }; readonly data: { readonly values: readonly { readonly text?: string }[] } }[]; // prettier-ignore
  const ink = (text: string) =>
    layers.find(({ mark, data }) => mark.type === 'text' && data.values.some((one) => one.text === text))
      ?.mark.color;
  expect([ink('NaN'), ink('1'), ink('9')]).toEqual([theme.inkOnTint, theme.darkCellInk, theme.lightCellInk]);
});

describe('heatMap', () => {
  it('draws few cells as rectangles with values, labels and colours', async () => {
    const all = await draw(
      heatMap({
        title: 't',
        values: [
          [0, 5],
          [NaN, 10],
        ],
        rowLabels: ['r', 'r'],
        columnLabels: ['c0', 'c1'],
        valueLabel: 'v',
      }),
    );
    const rects = all
      .filter(({ attributes }) => attributes['class']?.includes('mark-rect role-mark'))
      .flatMap((group) => elements(group).map((rect) => rect.attributes['fill']));
    const [r, g, b] = colorAt(palettes.blues, 0.5);
    const [r0, g0, b0] = parseHex(palettes.blues[0]!);
    const [r1, g1, b1] = parseHex(palettes.blues.at(-1)!);
    expect(rects).toEqual([
      `rgb(${r0}, ${g0}, ${b0})`,
      `rgb(${r}, ${g}, ${b})`,
      `rgb(${r1}, ${g1}, ${b1})`,
      theme.missing,
    ]);
    expect(texts(all)).toEqual(
      expect.arrayContaining(['0', '5', 'NaN', '10', 'r', 'c0', 'c1', 'v', '1 value not finite, shown grey']),
    );
    expect(texts(all).filter((text) => text === 'r')).toHaveLength(2);
  });

  it('cuts long labels in their middle, still different, and leaves equal ones equal', async () => {
    const long = (end: string) => `${'sequential/block/'.repeat(6)}${end}`;
    const all = texts(
      await draw(
        heatMap({
          title: 't',
          values: grid(4, 1, () => 1),
          rowLabels: [long('a'), long('b'), 'same', 'same'],
          columnLabels: [long('column')],
        }),
      ),
    );
    const cut = all.filter((text) => text.includes('\u2026'));
    expect(cut.map((text) => text.slice(0, 9))).toEqual(['sequentia', 'sequentia', 'sequentia']);
    expect(cut.map((text) => text.slice(-3)).sort()).toEqual(['k/a', 'k/b', 'umn']);
    expect(all.filter((text) => text === 'same')).toHaveLength(2);
  });

  it('draws many cells as one picture with the palette of the values', () => {
    const map = heatMap({
      title: 't',
      values: grid(40, 50, (r, c) => (r === 3 && c === 4 ? NaN : r * 50 + c)),
    });
    const pixels = picture(map);
    expect([pixels.width, pixels.height]).toEqual([50, 40]);
    expect(pixels.at(0, 0)).toBe(palettes.blues[0]);
    expect(pixels.at(49, 39)).toBe(palettes.blues.at(-1));
    expect(pixels.at(4, 3)).toBe(theme.missing);
    for (const [x, y] of [
      [7, 0],
      [20, 20],
      [49, 1],
    ] as const) {
      const level = Math.round(((y * 50 + x) / 1999) * 254) / 254;
      expect(parseHex(pixels.at(x, y))).toEqual(colorAt(palettes.blues, level));
    }
  });

  it('labels the rows of a picture from the top down and its columns from the left', async () => {
    const name = (letter: string) => Array.from({ length: 40 }, (_, i) => `${letter}${i}`);
    const all = await draw(
      heatMap({ title: 't', values: grid(40, 40, (r) => r), rowLabels: name('r'), columnLabels: name('c') }),
    );
    const places = (letter: string, axis: 0 | 1) =>
      all
        .filter((element) => element.tag === 'text' && textOf(element).startsWith(letter))
        .map((element) => [
          Number(textOf(element).slice(1)),
          numbersIn(element.attributes['transform'])[axis]!,
        ]);
    for (const ticks of [places('r', 1), places('c', 0)]) {
      expect(ticks.length).toBeGreaterThan(2);
      const [[first, start], [last, end]] = [ticks[0]!, ticks.at(-1)!] as [number[], number[]];
      expect(last).toBeGreaterThan(first!);
      expect(end).toBeGreaterThan(start!);
    }
  });

  it('takes flat data of any array type as it takes rows', () => {
    const rows = grid(40, 30, (r, c) => Math.fround(Math.sin(r * 30 + c)));
    const flat = { data: Float32Array.from(rows.flat()), rows: 40, columns: 30 };
    expect(heatMap({ title: 't', values: flat })).toEqual(heatMap({ title: 't', values: rows }));
  });

  it('centres symmetric colours on 0 and clamps beyond the domain', () => {
    const pixels = picture(
      heatMap({ title: 't', values: grid(40, 40, (r) => (r === 0 ? 0 : r === 1 ? 4 : -8)), symmetric: true }),
    );
    const stops = palettes['blue-orange'];
    expect([pixels.at(0, 0), pixels.at(0, 2)]).toEqual([stops[3], stops[0]]);
    expect(parseHex(pixels.at(0, 1))).toEqual(colorAt(stops, Math.round(0.75 * 254) / 254));
    const clamped = picture(heatMap({ title: 't', values: grid(40, 40, (r) => r), domain: [10, 20] }));
    expect([clamped.at(0, 0), clamped.at(0, 39)]).toEqual([palettes.blues[0], palettes.blues.at(-1)]);
  });

  it('averages large matrices down and says so', () => {
    const map = heatMap({
      title: 't',
      values: {
        data: Float32Array.from({ length: 3000 * 4 }, (_, i) => (i % 4 < 2 ? 0 : 3)),
        rows: 3000,
        columns: 4,
      },
    });
    const pixels = picture(map);
    expect([pixels.width, pixels.height]).toEqual([4, 1000]);
    expect([pixels.at(0, 999), pixels.at(3, 500)]).toEqual([palettes.blues[0], palettes.blues.at(-1)]);
    expect(map.title.subtitle).toEqual(['each pixel is the mean of 3 \u00d7 1 cells']);
  });

  it('draws no more cells of a very large matrix than the plot has pixels, and says so', () => {
    const map = heatMap({
      title: 't',
      // Blocks of 3 x 2 that lie between low and high, and a last one that is cut off.
      values: {
        data: Float32Array.from(
          { length: 1_000_000 },
          (_, i) => Math.sin(i * i) / 1e3 + (i < 500_000 ? 0 : 1),
        ),
        rows: 1000,
        columns: 1000,
      },
    });
    const pixels = picture(map);
    expect([pixels.width, pixels.height]).toEqual([500, 334]);
    expect(map.title.subtitle).toEqual(['each pixel is the mean of 3 \u00d7 2 cells']);
    expect(JSON.stringify(map).length).toBeLessThan(300_000);
    expect([pixels.at(0, 0), pixels.at(499, 333)].map((color) => parseHex(color)[2])).toEqual([
      expect.closeTo(parseHex(palettes.blues[0]!)[2], -1),
      expect.closeTo(parseHex(palettes.blues.at(-1)!)[2], -1),
    ]);
  });

  it.each([
    [
      'constant',
      [
        [7, 7],
        [7, 7],
      ],
    ],
    ['zero', [[0]]],
    ['nowhere finite', [[NaN, Infinity]]],
    ['huge', [[1e300, -1e300]]],
    ['denormal', [[5e-324, 0]]],
  ])('draws values that are %s', async (_, values) => {
    for (const symmetric of [false, true]) {
      const all = await draw(heatMap({ title: 't', values, symmetric }));
      expect(all.flatMap(({ attributes }) => Object.values(attributes)).join(' ')).not.toContain('NaN');
    }
  });

  it.each<[string, unknown, string]>([
    ['no rows', { title: 't', values: [] }, 'invalid-data'],
    ['no columns', { title: 't', values: [[], []] }, 'invalid-data'],
    ['rows of different lengths', { title: 't', values: [[1, 2], [3]] }, 'invalid-data'],
    [
      'a shape that does not fit',
      { title: 't', values: { data: [1, 2, 3], rows: 2, columns: 2 } },
      'invalid-data',
    ],
    ['no matrix', { title: 't', values: 3 }, 'invalid-option'],
    ['too few labels', { title: 't', values: [[1, 2]], columnLabels: ['a'] }, 'invalid-option'],
    ['labels that are no texts', { title: 't', values: [[1]], rowLabels: [1] }, 'invalid-option'],
    ['an unknown scheme', { title: 't', values: [[1]], colorScheme: 'rainbow' }, 'invalid-option'],
    ['a domain upside down', { title: 't', values: [[1]], domain: [1, 0] }, 'invalid-option'],
    [
      'values in many cells',
      { title: 't', values: grid(50, 50, () => 1), showValues: true },
      'invalid-option',
    ],
  ])('refuses %s', (_, wrong, code) => {
    expect(() => heatMap(wrong as HeatMapOptions)).toThrowError(
      expect.objectContaining({ code, scope: 'heat-map' }),
    );
  });
});
