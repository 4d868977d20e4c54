import { describe, expect, it } from 'vitest';
import { decodePng } from '../../test/png.js';
import { confusionMatrixChart } from './confusion-matrix-chart.js';
import { elements, parseMarkup, textOf } from '../../test/markup.js';
import { palettes } from '../drawing/palette.js';
import { toSvg } from '../drawing/to-svg.js';
import { weightHeatMap, weightHistogram } from './weight-charts.js';

const pictureOf = (chart: object) =>
  decodePng(Buffer.from(/base64,([^"]+)"/.exec(JSON.stringify(chart))![1]!, 'base64'));

describe('weightHeatMap', () => {
  it('puts the longer side of the kernel across, with blue below and orange above 0', () => {
    const stops = palettes['blue-orange'];
    const values = Float32Array.from({ length: 60 * 20 }, (_, i) => (i === 20 ? 1 : i === 2 ? -1 : 0));
    const chart = weightHeatMap({ name: 'k', shape: [60, 20], values, limit: 1 });
    const picture = pictureOf(chart);
    expect([picture.width, picture.height]).toEqual([60, 20]);
    expect([picture.at(1, 0), picture.at(0, 2), picture.at(5, 5)]).toEqual([
      stops.at(-1),
      stops[0],
      stops[3],
    ]);
    expect(chart.title.subtitle).toEqual(['[60, 20]']);
    const upright = pictureOf(weightHeatMap({ name: 'k', shape: [20, 60], values, limit: 1 }));
    expect([upright.width, upright.height]).toEqual([60, 20]);
    expect(upright.at(20, 0)).toBe(stops.at(-1));
  });

  it('ends its colours at the 99.5th percentile and says so; at the largest when nearly all are 0', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 100 : i % 2 ? 1 : -1));
    expect(weightHeatMap({ name: 'k', shape: [100, 10], values }).title.subtitle).toEqual([
      '[100, 10] \u00b7 colours end at |w| = 1, largest is 100',
    ]);
    const sparse = Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 0.5 : 0));
    expect(pictureOf(weightHeatMap({ name: 'k', shape: [100, 10], values: sparse })).at(0, 0)).toBe(
      palettes['blue-orange'].at(-1),
    );
  });

  it('draws biases, convolution kernels, zeros and NaN', async () => {
    for (const shape of [[8], [2, 2, 1, 2], [1, 8], []]) {
      const size = shape.reduce((a, b) => a * b, 1);
      for (const value of [0, 1, NaN]) {
        const svg = await toSvg(
          weightHeatMap({ name: 'k', shape, values: new Array<number>(size).fill(value) }),
        );
        parseMarkup(svg);
      }
    }
  });

  it('refuses shapes that do not fit', () => {
    for (const chart of [weightHeatMap, weightHistogram]) {
      expect(() => chart({ name: 'k', shape: [2, 2], values: [1] })).toThrowError(/= 4 weights, got 1/);
      expect(() => chart({ name: 'k', shape: [0], values: [] })).toThrowError(/no weights/);
      expect(() => chart({ name: '', shape: [1], values: [1] })).toThrowError(/name must be/);
    }
  });
});

describe('weightHistogram', () => {
  it('draws weights and bins', () => {
    expect(weightHistogram({ name: 'k', shape: [2], values: [1, 2] }).title).toEqual({
      text: 'k',
      subtitle: ['[2]'],
    });
    expect(JSON.stringify(weightHistogram({ name: 'k', bins: { edges: [0, 1], counts: [7] } }))).toContain(
      '"count":7',
    );
  });
});

describe('confusionMatrixChart', () => {
  const cells = async (chart: Parameters<typeof toSvg>[0]) =>
    elements(parseMarkup(await toSvg(chart)))
      .filter(({ attributes }) => attributes['class']?.includes('mark-rect role-mark'))
      .flatMap((group) => elements(group).map((rect) => rect.attributes['fill']));

  it('colours shares of rows: correct blue, confused orange up to the worst', async () => {
    const chart = confusionMatrixChart(
      [
        [10, 0],
        [500, 500],
      ],
      ['a', 'b'],
    );
    const [aa, bb, ab, ba] = await cells(chart);
    expect(aa).toBe('rgb(8, 48, 107)');
    expect(bb).not.toBe(aa);
    expect(ab).toBe('rgb(253, 247, 240)');
    expect(ba).toBe('rgb(127, 48, 3)');
    const texts = elements(parseMarkup(await toSvg(chart)))
      .filter(({ tag }) => tag === 'text')
      .map(textOf);
    expect(texts).toEqual(
      expect.arrayContaining(['Actual', 'Predicted', 'a', 'b', '10', '500', 'Correct', 'Confused']),
    );
    expect(texts).not.toContain('0');
  });

  it('draws classes that never occur, one class, no errors, and many classes', async () => {
    expect(
      await cells(
        confusionMatrixChart([
          [0, 0],
          [0, 0],
        ]),
      ),
    ).toHaveLength(4);
    expect(await cells(confusionMatrixChart([[3]]))).toEqual(['rgb(8, 48, 107)']);
    const many = Array.from({ length: 100 }, (_, r) =>
      Array.from({ length: 100 }, (_, c) => (r === c ? 9 : 0)),
    );
    const picture = pictureOf(confusionMatrixChart(many));
    expect([picture.at(4, 4), picture.at(4, 5)]).toEqual([palettes.blues.at(-1), palettes.oranges[0]]);
  });

  it('refuses what is no confusion matrix', () => {
    const refused = (matrix: number[][], labels?: string[]) => () => confusionMatrixChart(matrix, labels);
    expect(refused([[1, 2]])).toThrowError(/must be square.*1 x 2/);
    expect(
      refused([
        [1, -1],
        [0, 1],
      ]),
    ).toThrowError(/row 0, column 1 must be a count >= 0, got -1/);
    expect(refused([[NaN]])).toThrowError(/got NaN/);
    expect(refused([])).toThrowError(/empty/);
    expect(refused([[1]], ['a', 'b'])).toThrowError(/labels must be 1 texts/);
  });
});
