import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup, textOf } from '../../test/markup.js';
import { barChart } from '../bars/bar-chart.js';
import { orderByConfusion } from '../maps/class-order.js';
import { confusionMatrixChart } from '../maps/confusion-matrix-chart.js';
import { decodePng } from '../../test/png.js';
import { hyperparameterChart } from '../lines/hyperparameter-chart.js';
import { imageGrid } from './image-grid.js';
import { kernelGrid, featureMapGrid } from './kernel-grid.js';
import { toMatrix } from '../drawing/matrix.js';
import { networkChart } from '../layers/network-chart.js';
import { palettes } from '../drawing/palette.js';
import { theme } from '../drawing/theme.js';
import { toSvg } from '../drawing/to-svg.js';
import { checkOptions } from '@espalier/core';
import type { Chart } from '../drawing/chart.js';

function pictures(chart: Chart) {
  const urls = [...JSON.stringify(chart).matchAll(/"data:image\/png;base64,([^"]+)"/g)];
  return urls.map(([, data]) => decodePng(Buffer.from(data!, 'base64')));
}
const draw = async (chart: Chart) => elements(parseMarkup(await toSvg(chart)));
const texts = async (chart: Chart) => (await draw(chart)).filter(({ tag }) => tag === 'text').map(textOf);
const [low, high] = [palettes['blue-orange'][0], palettes['blue-orange'].at(-1)];
const middle = palettes['blue-orange'][3];

describe('kernels', () => {
  it('of a dense layer over images are tiles of the image, a unit each', () => {
    // [4 inputs, 3 units]: input i of unit u is values[i * 3 + u].
    const values = [-2, 0, 2, 0, 0, 0, 2, 2, -2, 0, 0, 0];
    const [a, b, c] = pictures(kernelGrid({ name: 'k', shape: [4, 3], imageShape: [2, 2], values }));
    expect([a!.width, a!.height]).toEqual([2, 2]);
    expect([a!.at(0, 0), a!.at(0, 1), a!.at(1, 1)]).toEqual([low, high, middle]);
    expect([b!.at(0, 0), b!.at(0, 1)]).toEqual([middle, high]);
    expect([c!.at(0, 0), c!.at(0, 1)]).toEqual([high, low]);
  });

  it('of a depthwise convolution are a tile for each filter of each channel', () => {
    const values = Float32Array.from({ length: 10 }, (_, i) => (i === 3 ? 1 : -1)); // [1, 1, 5, 2]
    const tiles = pictures(kernelGrid({ name: 'c/depthwise_kernel', shape: [1, 1, 5, 2], values }));
    expect(tiles.map((tile) => tile.at(0, 0))).toEqual(
      Array.from(values, (value) => (value > 0 ? high : low)),
    );
  });

  it('of a convolution are a tile for each pair of few channels, else the mean over channels', () => {
    const few = Float32Array.from({ length: 2 * 2 }, (_, i) => [1, -1, 0.5, -0.5][i]!); // [1, 1, 2, 2]
    const pairs = pictures(kernelGrid({ name: 'k', shape: [1, 1, 2, 2], values: few }));
    expect(pairs).toHaveLength(4);
    // Input 0 and 1 of output 0 are values 0 and 2, of output 1 values 1 and 3.
    expect([pairs[0]!.at(0, 0), pairs[2]!.at(0, 0)]).toEqual([high, low]);
    const many = Float32Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? i / 2 : -1)); // [1, 1, 5, 2]
    const chart = kernelGrid({ name: 'k', shape: [1, 1, 5, 2], values: many });
    // Means 2 and -1 of a scale from -2 to 2.
    expect(pictures(chart).map((picture) => picture.at(0, 0))).toEqual([high, '#609acc']);
    expect(chart.title.subtitle).toEqual(['[1, 1, 5, 2], mean over 5 input channels']);
  });

  it('are limited with a word, and show what is not finite', () => {
    const chart = featureMapGrid({
      name: 'f',
      shape: [1, 2, 100],
      values: Float32Array.from({ length: 200 }, (_, i) => i || NaN),
    });
    expect(pictures(chart)).toHaveLength(64);
    expect(pictures(chart)[0]!.at(0, 0)).toBe(theme.missing);
    expect(chart.title.subtitle).toEqual([
      '[1, 2, 100]',
      'the first 64 of 100',
      '1 value not finite, shown grey',
    ]);
  });
});

describe('imageGrid', () => {
  const pixels = [0, 1, 0.5, 2];
  const images = [
    { pixels, label: 'cat', prediction: 'cat', confidence: 0.6 },
    { pixels, label: 'cat', prediction: 'dog', confidence: 0.5 },
    { pixels, label: 'dog', prediction: 'cat', confidence: 0.9 },
    { pixels, label: 'dog', prediction: 'dog', confidence: 0.4 },
  ];

  it('shows the worst predictions first, framed, and the values as greys', async () => {
    const chart = imageGrid({ title: 't', imageShape: [2, 2], images, order: 'worst' });
    expect((await texts(chart)).filter((text) => /%$/.test(text))).toEqual([
      'cat 90 %',
      'dog 50 %',
      '40 %',
      '60 %',
    ]);
    expect([chart.title.subtitle].flat().join(' ')).toMatch(
      /^2 of 4 wrong \(orange frame\), worst first \d+ % of the values outside of 0 to 1: black or white$/,
    );
    const [first] = pictures(chart);
    expect([first!.at(0, 0), first!.at(1, 0), first!.at(0, 1), first!.at(1, 1)]).toEqual([
      '#000000',
      '#ffffff',
      '#808080',
      '#ffffff',
    ]);
    const byLoss = imageGrid({ title: 't', imageShape: [2, 2], order: 'worst', images: images.map((image, i) => ({ ...image, loss: [9, 1, 2, NaN][i]! })) }); // prettier-ignore
    expect((await texts(byLoss)).filter((text) => /%$/.test(text))).toEqual([
      '40 %',
      '60 %',
      'cat 90 %',
      'dog 50 %',
    ]);
  });

  it('says what is drawn as black or white because it lies outside of the range', () => {
    const bytes = [0, 255, 128, 1];
    const grid = (range?: [number, number]) =>
      imageGrid({ title: 't', imageShape: [2, 2], images: [{ pixels: bytes }], ...(range && { range }) });
    expect(grid().description).toContain('50 % of the values outside of 0 to 1: black or white');
    expect(grid([0, 255]).description).not.toContain('outside');
  });

  it('are stored in a byte for each pixel', () => {
    const noise = Float32Array.from({ length: 28 * 28 }, (_, i) => Math.sin(i * i));
    const chart = kernelGrid({ name: 'k', shape: [784, 1], values: noise, imageShape: [28, 28] });
    const address = /data:image[^"]*/.exec(JSON.stringify(chart))![0];
    // 784 pixels, a palette of 255 colours, in base64.
    expect(address.length).toBeLessThan(2400);
    expect(
      new Set(Array.from({ length: 784 }, (_, i) => pictures(chart)[0]!.at(i % 28, Math.floor(i / 28)))).size,
    ).toBeGreaterThan(100);
  });

  it('takes bytes and colours', () => {
    const chart = imageGrid({
      title: 't',
      imageShape: [1, 2, 3],
      images: [{ pixels: Uint8Array.of(255, 0, 10, 1, 2, 3) }],
    });
    expect([pictures(chart)[0]!.at(0, 0), pictures(chart)[0]!.at(1, 0)]).toEqual(['#ff000a', '#010203']);
  });
});

describe('confusion', () => {
  const many = (at: (r: number, c: number) => number) =>
    Array.from({ length: 100 }, (_, r) => Array.from({ length: 100 }, (_, c) => at(r, c)));

  it('of 3 % is seen among 100 classes, in another colour than what is right', () => {
    const chart = confusionMatrixChart(many((r, c) => (r === c ? 97 : r === 7 && c === 30 ? 3 : 0)));
    const [picture] = pictures(chart);
    expect(picture!.at(30, 7)).toBe(palettes.oranges.at(-1));
    expect(picture!.at(8, 8)).toBe(palettes.blues.at(-1));
    expect(picture!.at(31, 7)).toBe(palettes.oranges[0]);
    expect(chart.title.subtitle).toContain('Most confused: 7 as 30 (3\u00a0%)');
  });

  it('is written as counts or as percent of the class', async () => {
    expect(
      await texts(
        confusionMatrixChart(
          [
            [98, 2],
            [1, 3],
          ],
          ['a', 'b'],
          { values: 'rates' },
        ),
      ),
    ).toEqual(expect.arrayContaining(['98.0', '2.0', '25.0', '75.0']));
  });

  it('puts classes beside those that they are taken for', async () => {
    const matrix = [[8, 0, 2, 0], [0, 9, 0, 1], [2, 0, 7, 1], [0, 1, 0, 9]]; // prettier-ignore
    const shares = toMatrix(checkOptions('t'), 't', 'matrix', matrix);
    expect(orderByConfusion(shares)).toEqual([0, 2, 3, 1]);
    const all = await draw(confusionMatrixChart(matrix, ['a', 'b', 'c', 'd'], { order: 'confusion' }));
    const rows = all.filter(({ attributes }) => attributes['class']?.includes('role-axis-label')).at(-1)!;
    expect(elements(rows).map(textOf)).toEqual(['a', 'c', 'd', 'b']);
  });
});

describe('bars', () => {
  it('have whiskers of the given length and say what they are', async () => {
    const bars = [
      { label: 'a', value: 2, error: 1 },
      { label: 'b', value: 4 },
    ];
    const chart = barChart({
      title: 't',
      bars,
      width: 400,
      errorLabel: '\u00b1 1 standard error',
      digits: 1,
    });
    const all = await draw(chart);
    const rule = all
      .filter(({ attributes }) => attributes['class']?.includes('mark-rule role-mark'))
      .flatMap((group) => elements(group));
    const ends = rule.map(({ attributes }) => [
      numbersIn(attributes['transform'])[0]!,
      Number(attributes['x2'] ?? 0),
    ]);
    // The axis ends at 5: 80 px a unit, from 1 to 3.
    expect(ends).toHaveLength(1);
    expect([ends[0]![0]!, ends[0]![0]! + ends[0]![1]!].sort((a, b) => a - b)).toEqual([80, 240]);
    expect(all.filter(({ tag }) => tag === 'text').map(textOf)).toContain('2.0 \u00b1 1.0');
    expect(chart.title.subtitle).toEqual(['Whiskers: \u00b1 1 standard error']);
    expect(() => barChart({ title: 't', bars })).toThrow('errorLabel must be');
  });

  it('become dots on an axis that fits', async () => {
    const bars = [
      { label: 'a', value: 0.978 },
      { label: 'b', value: 0.981 },
    ];
    const all = await draw(barChart({ title: 't', bars, width: 400, marks: 'dots' }));
    const dots = all
      .filter(({ attributes }) => attributes['class']?.includes('mark-symbol role-mark'))
      .flatMap((group) => elements(group));
    const [a, b] = dots.map(({ attributes }) => numbersIn(attributes['transform'])[0]!);
    expect(b! - a!).toBeGreaterThan(200);
  });
});

describe('hyperparameterChart', () => {
  it('draws the mean of the trials of a setting and counts those that failed', () => {
    const trials = [{ x: 0.001, y: 1 }, { x: 0.001, y: 3 }, { x: 0.1, y: 5 }, { x: 1, y: NaN }, { x: 0.1, y: null }]; // prettier-ignore
    const chart = hyperparameterChart({
      title: 't',
      xLabel: 'rate',
      yLabel: 'loss',
      trials,
      spread: 'range',
    });
    const json = JSON.stringify(chart);
    expect(json).toContain(
      '{"series":"loss","x":0.001,"y":2},{"series":"loss","x":0.1,"y":5},{"series":"loss","x":1,"y":null}',
    );
    expect(json).toContain('"low":1,"high":3');
    expect(json).toContain('"type":"log"');
    expect([chart.title.subtitle].flat().join(' ')).toContain('2 trials failed');
  });

  it('takes 200,000 trials', () => {
    const trials = Array.from({ length: 200_000 }, (_, i) => ({ x: 10 ** (-4 + (i % 5)), y: i % 7 }));
    const chart = hyperparameterChart({ title: 't', xLabel: 'rate', yLabel: 'loss', trials });
    expect(JSON.stringify(chart)).toContain('"type":"log"');
  });
});

describe('networkChart', () => {
  it('draws a box for each layer, its weights, and connections that skip', async () => {
    const layers = [
      { name: 'input', shape: [784] },
      { name: 'hidden', type: 'Dense', shape: [128], parameters: 100480 },
      { name: 'add', type: 'Add', shape: [128], inputs: ['input', 'hidden'] },
    ];
    const chart = networkChart({ title: 't', layers });
    const all = await draw(chart);
    expect(all.filter(({ tag }) => tag === 'text').map(textOf)).toEqual(
      expect.arrayContaining([
        'hidden \u00b7 Dense \u00b7 128',
        '100,480 weights',
        'input \u00b7 784',
        '3 layers, 100,480 weights',
      ]),
    );
    const boxes = all
      .filter(({ attributes }) => attributes['class']?.includes('mark-rect role-mark'))
      .flatMap((group) => elements(group));
    expect(boxes).toHaveLength(3);
    const skips = all
      .filter(({ attributes }) => attributes['class']?.includes('mark-line role-mark'))
      .flatMap((group) => elements(group));
    expect(skips).toHaveLength(1);
    expect(chart.description).toContain('hidden \u00b7 Dense \u00b7 128, 100,480 weights');
  });
});
