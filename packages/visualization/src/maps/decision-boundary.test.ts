import { describe, expect, test } from 'vitest';
import { decodePng } from '../../test/png.js';
import { type Chart, decisionBoundary, decisionGrid } from '../index.js';
import { colorAt, parseHex } from '../drawing/palette.js';
import { regionColor } from '../drawing/theme.js';

function picture(chart: Chart) {
  const [, url] = /"(data:image\/png;base64,[^"]+)"/.exec(JSON.stringify(chart))!;
  return decodePng(Buffer.from(url!.split(',')[1]!, 'base64'));
}
const tint = (index: number, strength: number): string =>
  `#${colorAt(['#ffffff', regionColor(index)], strength)
    .map((c) => c.toString(16).padStart(2, '0'))
    .join('')}`;

describe('decisionGrid', () => {
  test('has its points in the middles of cells, from the top left', () => {
    const { inputs, ...grid } = decisionGrid({ x: [0, 4], y: [0, 2], columns: 2, rows: 2 });
    expect(grid).toEqual({ x: [0, 4], y: [0, 2], columns: 2, rows: 2 });
    expect([...inputs]).toEqual([1, 1.5, 3, 1.5, 1, 0.5, 3, 0.5]);
  });
  test('lies around data with a tenth of room, and around a single point', () => {
    const around = [[0, 5], [10, 5]] as const; // prettier-ignore
    expect(decisionGrid({ around, columns: 3 })).toMatchObject({ x: [-1, 11], y: [4, 6], rows: 3 });
    expect(() => decisionGrid({})).toThrow('give the ends of x');
    expect(() => decisionGrid({ x: [1, 0], y: [0, 1] })).toThrow('x must have its lower end first');
  });
});

describe('decisionBoundary', () => {
  const grid = { x: [0, 4], y: [0, 2], columns: 2, rows: 2 } as const;
  // Rows from the top: sure of 0, in doubt; sure of 1, sure of 2.
  const probabilities = [1, 0, 0, 0.3, 0.3, 0.4, 0, 1, 0, 0, 0, 1];

  test('paints each cell in the colour of its class, the paler the less sure', () => {
    const { at, width, height } = picture(decisionBoundary({ title: 't', grid, probabilities }));
    expect([width, height]).toEqual([2, 2]);
    expect([at(0, 0), at(1, 0), at(0, 1), at(1, 1)]).toEqual([
      tint(0, 0.5),
      tint(2, 0.12 + 0.38 / 8),
      tint(1, 0.5),
      tint(2, 0.5),
    ]);
    expect(parseHex(at(1, 0))).not.toEqual(parseHex(at(1, 1)));
  });

  test('names the regions where there are more classes than colours', () => {
    const one = { x: [0, 9], y: [0, 1], columns: 9, rows: 1 } as const;
    const sure = Array.from({ length: 81 }, (_, i) => Number(i % 9 === Math.floor(i / 9)));
    const chart = decisionBoundary({ title: 't', grid: one, probabilities: sure });
    const layers = chart['layer'] as { mark: { type: string }; data: { values: unknown[] } }[];
    const [, names] = layers.filter(({ mark }) => mark.type === 'text');
    expect(names!.data.values).toContainEqual({ x: 4.5, y: 0.5, name: 'class 4' });
    const few = decisionBoundary({ title: 't', grid, probabilities });
    expect((few['layer'] as typeof layers).filter(({ mark }) => mark.type === 'text')).toEqual([]);
  });

  test('takes one column for the probability of the second class', () => {
    const { at } = picture(decisionBoundary({ title: 't', grid, probabilities: [0, 1, 0.6, 0.4] }));
    expect([at(0, 0), at(1, 0)]).toEqual([tint(0, 0.5), tint(1, 0.5)]);
    expect([at(0, 1), at(1, 1)]).toEqual([tint(1, 0.12 + 0.76 / 8), tint(0, 0.12 + 0.76 / 8)]);
  });

  test('counts and crosses the points that lie in the region of another class', () => {
    const points = [
      { x: 0.1, y: 1.9, label: 0 },
      { x: 0.1, y: 0.1, label: 0 },
      { x: 4, y: 0, label: 2 },
      { x: 5, y: 0, label: 2 },
    ];
    const chart = decisionBoundary({ title: 't', grid, probabilities, points, classNames: ['a', 'b', 'c'] });
    expect(chart.title.subtitle).toEqual([
      '1 point of 3 in the region of another class: crossed',
      '1 point outside of the grid',
    ]);
    const layers = chart['layer'] as { mark: { shape?: string }; data: { values: unknown[] } }[];
    expect(layers.find(({ mark }) => mark.shape === 'cross')!.data.values).toEqual([{ x: 0.1, y: 0.1 }]);
  });

  test('refuses what does not fit', () => {
    const draw = (more: object) => () =>
      decisionBoundary({ title: 't', grid, probabilities, ...more } as never);
    expect(draw({ probabilities: [1, 2, 3] })).toThrow('rows * columns = 4, got 3');
    expect(draw({ probabilities: [0, 0, 5, 1] })).toThrow('put the logits through a softmax');
    expect(draw({ probabilities: [0, 0, NaN, 1] })).toThrow('got NaN');
    expect(draw({ points: [{ x: 0, y: 0, label: 3 }] })).toThrow('classes are 0 to 2');
    expect(draw({ points: [{ x: NaN, y: 0, label: 0 }] })).toThrow('points[0] must have a finite x and y');
    expect(draw({ classNames: ['a'] })).toThrow('3 texts');
  });
});
