import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup, textOf } from '../../test/markup.js';
import { fitTexts, numberWays, shortNumber } from './cell-text.js';
import type { Chart } from './chart.js';
import { confusionMatrixChart } from '../maps/confusion-matrix-chart.js';
import { heatMap } from '../maps/heat-map.js';
import { cutMiddle, cutNames, textWidth, wrapText } from './text-width.js';
import { toSvg } from './to-svg.js';

/** Texts in cells with their sizes. */
async function cellTexts(chart: Chart) {
  const groups = elements(parseMarkup(await toSvg(chart))).filter(({ attributes }) =>
    attributes['class']?.includes('mark-text role-mark'),
  );
  return groups.flatMap((group) =>
    elements(group).map((text) => ({
      text: textOf(text),
      size: numbersIn(text.attributes['font-size'])[0]!,
    })),
  );
}

const square = (size: number, at: (r: number, c: number) => number) =>
  Array.from({ length: size }, (_, r) => Array.from({ length: size }, (_, c) => at(r, c)));

describe('numbers in cells', () => {
  it.each([
    ['80000 in two classes', 2, 80_000],
    ['980 in ten', 10, 980],
    ['123456 in ten', 10, 123_456],
    ['98765 in twenty', 20, 98_765],
  ])('fit: %s', async (_, classes, count) => {
    const texts = await cellTexts(
      confusionMatrixChart(square(classes, (r, c) => (r === c ? count : count / 40))),
    );
    const side = Math.min(480, Math.max(140, classes * 36)) / classes;
    expect(texts.length).toBe(classes * classes);
    for (const { text, size } of texts) expect(textWidth(text, size)).toBeLessThanOrEqual(side - 2);
  });

  it('are written in full where there is room, shortened where not, and left out with a word where even that is too long', async () => {
    expect(
      (
        await cellTexts(
          confusionMatrixChart([
            [80_000, 3],
            [1200, 78_000],
          ]),
        )
      ).map(({ text }) => text),
    ).toEqual(expect.arrayContaining(['80000', '3', '1200', '78000']));
    const large = heatMap({ title: 't', values: square(10, (r, c) => (r * 10 + c) * 123_456) });
    expect((await cellTexts(large)).map(({ text }) => text)).toEqual(expect.arrayContaining(['120k', '12M']));
    const tight = heatMap({ title: 't', values: square(12, () => 0.123), width: 100, height: 100 });
    expect(await cellTexts(tight)).toEqual([]);
    expect(tight.title.subtitle).toEqual(['values not written: the cells are too small']);
  });

  it.each([
    [999, '1k', '1k'],
    [80_000, '80k', '80k'],
    [1_234_567, '1.2M', '1M'],
    [-0.01234, '\u22120.012', '\u22120.01'],
    [-1.26e12, '\u22121.3T', '\u22121T'],
    [0, '0', '0'],
    [NaN, 'NaN', 'NaN'],
  ])('%s in few letters', (value, two, one) => {
    expect([shortNumber(value), shortNumber(value, 1)]).toEqual([value === 999 ? '1k' : two, one]);
  });

  it('are never 0 or 100 percent where some are not', async () => {
    const texts = async (digits: number) =>
      (
        await cellTexts(
          confusionMatrixChart([[99_999, 1], [0, 7]], undefined, { values: 'rates', width: digits === 1 ? 140 : 50 }), // prettier-ignore
        )
      ).map(({ text }) => text);
    expect((await texts(1)).sort()).toEqual(['100.0', '<0.1', '>99.9']);
    expect((await texts(0)).sort()).toEqual(['100', '<1', '>99']);
  });

  it('shrink before they are shortened', () => {
    expect(fitTexts(numberWays([12345]), 34, 34)!).toEqual({ fontSize: 9, texts: ['12345'] });
    expect(fitTexts(numberWays([12345]), 25, 34)!.texts).toEqual(['12k']);
    expect(fitTexts(numberWays([12345]), 10, 34)).toBeUndefined();
  });
});

describe('texts', () => {
  it('are cut in the middle and stay different', () => {
    const long = 'adam with a learning rate of 0.001, seed 12';
    const cut = cutMiddle(long, 120, 11);
    expect(cut).toMatch(/^adam w.*\u2026.*seed 12$/);
    expect(textWidth(cut, 11)).toBeLessThanOrEqual(120);
    expect(cutMiddle('short', 120, 11)).toBe('short');
    const same = cutNames(
      [`${'a'.repeat(40)}1${'b'.repeat(40)}`, `${'a'.repeat(40)}2${'b'.repeat(40)}`],
      120,
      11,
    );
    expect(new Set(same).size).toBe(2);
    expect(cutMiddle('👩‍👩‍👧'.repeat(30), 60, 11)).toMatch(/^(👩‍👩‍👧)+\u2026(👩‍👩‍👧)*$/u);
  });

  it('wrap, words that are too long too', () => {
    const lines = wrapText(`a title of some words and ${'x'.repeat(80)} end`, 200, 14);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(textWidth(line, 14)).toBeLessThanOrEqual(200);
    expect(lines.join('').replaceAll(' ', '')).toBe(`atitleofsomewordsand${'x'.repeat(80)}end`);
  });

  it('of a chart stay within it', async () => {
    const svg = await toSvg(
      heatMap({ title: 'A long title of a small heat map. '.repeat(4), values: [[1]] }),
    );
    const width = numbersIn(/ width="([\d.]+)"/.exec(svg)?.[1])[0]!;
    const title = elements(parseMarkup(svg)).filter(({ attributes }) => attributes['font-weight'] === 'bold');
    expect(title.length).toBeGreaterThan(0);
    for (const line of title.flatMap((text) => (elements(text).length > 0 ? elements(text) : [text]))) {
      expect(textWidth(textOf(line), 14)).toBeLessThan(width);
    }
  });
});
