import { describe, expect, it } from 'vitest';
import { decodePng } from '../../test/png.js';
import { elements, numbersIn, parseMarkup } from '../../test/markup.js';
import { heatMap } from '../maps/heat-map.js';
import { lineChart } from '../lines/line-chart.js';
import { palettes } from './palette.js';
import { theme } from './theme.js';
import { toPng } from './to-png.js';
import { toSvg } from './to-svg.js';

const chart = lineChart({ title: 'MMMMMMMM', series: [{ name: 'a', points: [1, 2, 3] }] });

async function sizeOf(svg: Promise<string>) {
  const { attributes } = elements(parseMarkup(await svg))[0]!;
  return { width: Number(attributes['width']), height: Number(attributes['height']) };
}

describe('toPng', () => {
  it.each([1, 2, 0.5])('has the size of the SVG times %s', async (scale) => {
    const { width, height } = await sizeOf(toSvg(chart));
    const picture = decodePng(await toPng(chart, { scale }));
    expect(Math.abs(picture.width - width * scale)).toBeLessThanOrEqual(1);
    expect(Math.abs(picture.height - height * scale)).toBeLessThanOrEqual(1);
    expect(picture.at(0, 0)).toBe(theme.paper);
  });

  it('draws the text: a title leaves much more ink than none', async () => {
    const ink = async (title: string) => {
      const picture = decodePng(await toPng({ ...chart, title: { text: title } }, { scale: 1 }));
      let dark = 0;
      for (let y = 0; y < 30; y++)
        for (let x = 0; x < picture.width; x++) if (picture.at(x, y) < '#606060') dark++;
      return dark;
    };
    expect(await ink('MMMMMMMM')).toBeGreaterThan((await ink('.')) + 200);
  });

  it('draws each line of a text where it is, also words from right to left', async () => {
    const first = async (second: string) => {
      const text = ['Trials over \u0646\u0645\u0648\u0630\u062c', second];
      const { at, width } = decodePng(await toPng({ ...chart, title: { text } }, { scale: 1 }));
      return Array.from({ length: 22 * width }, (_, i) => at(i % width, Math.floor(i / width)));
    };
    expect(await first('\u0627\u0633\u0645 and parameters')).toEqual(await first('.'));
  });

  it('colours the pixels of a heat map with the palette of its values', async () => {
    const stops = palettes.blues;
    const map = heatMap({
      title: 't',
      values: [stops.map((_, i) => i), stops.map((_, i) => stops.length - 1 - i)],
      showValues: false,
    });
    const cells = elements(parseMarkup(await toSvg(map)));
    const plot = cells.find(({ attributes }) => attributes['class']?.includes('role-frame root'));
    expect(plot).toBeDefined();
    const [left, top] = numbersIn(
      cells.find(({ attributes }) => 'transform' in attributes)!.attributes['transform'],
    );
    const picture = decodePng(await toPng(map, { scale: 1 }));
    const row = (r: number) =>
      stops.map((_, c) => picture.at(Math.round(left! + (c + 0.5) * 34), Math.round(top! + (r + 0.5) * 34)));
    expect(row(0)).toEqual(stops);
    expect(row(1)).toEqual([...stops].reverse());
  });

  it('keeps the cells of a picture sharp', async () => {
    const rows = 40;
    const map = heatMap({
      title: 't',
      values: Array.from({ length: rows }, (_, r) => Array.from({ length: 40 }, (_, c) => (r + c) % 2)),
      width: 400,
      height: 400,
    });
    const [left, top] = numbersIn(
      elements(parseMarkup(await toSvg(map))).find(({ attributes }) => 'transform' in attributes)!.attributes[
        'transform'
      ],
    );
    const picture = decodePng(await toPng(map, { scale: 1 }));
    const colors = new Set<string>();
    for (let x = 0; x < 400; x += 3)
      for (let y = 0; y < 400; y += 3) colors.add(picture.at(left! + x, top! + y));
    const [light, dark] = [palettes.blues[0]!, palettes.blues.at(-1)!];
    expect(colors.has(light) && colors.has(dark)).toBe(true);
    expect(picture.at(left! + 5, top! + 5)).toBe(light);
    expect(picture.at(left! + 15, top! + 5)).toBe(dark);
    expect(colors.size).toBeLessThanOrEqual(4);
  });

  it('refuses a wrong scale', async () => {
    for (const scale of [0, -1, NaN, 100]) {
      await expect(toPng(chart, { scale })).rejects.toMatchObject({
        code: 'invalid-option',
        scope: 'to-png',
      });
    }
  });
});
