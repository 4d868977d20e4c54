import { stream } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { type Chart, embeddingChart, toPng, toSvg } from '../index.js';

interface Layer {
  readonly data: {
    readonly values: readonly { readonly x: number; readonly y: number; readonly name: string }[];
  };
  readonly mark: { readonly type: string };
  readonly encoding: {
    readonly x: {
      readonly scale: { readonly domain: readonly [number, number] };
      readonly axis: { readonly labels?: boolean };
    };
    readonly y: { readonly scale: { readonly domain: readonly [number, number] } };
    readonly color: { readonly scale: { readonly range: readonly string[] }; readonly legend: object | null };
    readonly shape: { readonly scale: { readonly range: readonly string[] } };
  };
}
const layers = (chart: Chart): readonly Layer[] => chart['layer'] as readonly Layer[];

/** Groups of points, each around a place of its own. */
function groups(classes: number, each: number) {
  const noise = stream(1, 'points').normals(2 * classes * each);
  const labels = Array.from({ length: classes * each }, (_, i) => i % classes);
  const points = labels.map((label, i) => [
    10 * Math.cos(label) * (1 + label / 9) + noise[2 * i]!,
    10 * Math.sin(label) * (1 + label / 9) + noise[2 * i + 1]!,
  ]);
  return { points, labels };
}

describe('embeddingChart', () => {
  test('keeps points apart that lie close to each other and far from 0', () => {
    const points = [[1e8, 1], [1e8 + 1, 2], [1e8 + 2, 3]]; // prettier-ignore
    for (const [x] of points) expect(JSON.stringify(embeddingChart({ points }))).toContain(`"x":${x},`);
  });

  test('puts points by class on one scale of both axes, and names the middle of each', () => {
    const chart = embeddingChart({
      title: 'Hidden',
      points: { data: [0, 0, 9, 1, 0, 9, 2, 1, 9, 30, 10, 9], shape: [4, 3] },
      labels: [0, 0, 0, 1],
      classNames: ['cat', 'dog'],
      width: 300,
      height: 200,
    });
    const [dots, halo, names] = layers(chart);
    expect(dots!.data.values).toEqual([
      { x: 0, y: 0, name: 'cat' },
      { x: 1, y: 0, name: 'cat' },
      { x: 2, y: 1, name: 'cat' },
      { x: 30, y: 10, name: 'dog' },
    ]);
    const [x, y] = [dots!.encoding.x.scale.domain, dots!.encoding.y.scale.domain];
    expect((x[1] - x[0]) / 300).toBeCloseTo((y[1] - y[0]) / 200, 10);
    expect([x[0] < 0, x[1] > 30]).toEqual([true, true]);
    // A name stands inside of the plot, if need be beside the middle.
    expect(names!.data.values.map(({ y: at, name }) => [at, name])).toEqual([[0, 'cat'], [10, 'dog']]); // prettier-ignore
    expect(names!.data.values[1]!.x).toBeLessThan(30);
    expect(halo!.data.values).toEqual(names!.data.values);
    expect(dots!.encoding.x.axis.labels).toBe(false);
    expect(chart.description).toContain('4 points of 2 classes in a plane');
  });

  test('tells 10 and 100 classes apart by colour and shape, and names no two on each other', () => {
    const ten = layers(embeddingChart({ ...groups(10, 20) }));
    const looks = ten[0]!.encoding.color.scale.range.map(
      (color, i) => color + ten[0]!.encoding.shape.scale.range[i]!,
    );
    expect(new Set(looks).size).toBe(10);
    expect(ten[0]!.encoding.color.legend).not.toBeNull();
    expect(ten[2]!.data.values.length).toBeGreaterThan(5);
    const hundred = layers(embeddingChart({ ...groups(100, 5) }));
    expect(hundred[0]!.encoding.color.legend).toBeNull();
    const names = hundred[2]!.data.values;
    expect(names.length).toBeGreaterThan(5);
    expect(names.length).toBeLessThan(100);
    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
  });

  test('leaves out what has no place, thins what is too much, and says so', async () => {
    const chart = embeddingChart({ points: [[1, NaN], [Infinity, 2], [1, 2]] }); // prettier-ignore
    expect(layers(chart)).toHaveLength(1);
    expect(chart.description).toContain('2 points not drawn: NaN or infinite');
    expect(chart.description).toContain('1 point in a plane');
    expect((await toPng(chart)).length).toBeGreaterThan(100);
    const { points, labels } = groups(3, 2500);
    const many = embeddingChart({ points, labels });
    expect(layers(many)[0]!.data.values).toHaveLength(2502);
    expect(many.description).toContain('2502 of 7500 points drawn');
    expect((await toSvg(many)).length).toBeLessThan(700_000);
    for (const far of [1e299, 1e-300]) {
      const svg = await toSvg(embeddingChart({ points: [[far, -far], [-far, far]] })); // prettier-ignore
      expect(svg).not.toContain('NaN');
    }
  });

  test('refuses points and labels that do not fit', () => {
    const points = [[0, 1], [1, 2]]; // prettier-ignore
    expect(() => embeddingChart({ points: [] })).toThrow('points are empty');
    expect(() => embeddingChart({ points: [[1]] })).toThrow('at least two numbers');
    expect(() => embeddingChart({ points: { data: [1, 2, 3], shape: [3, 1] } })).toThrow('of shape [N, 2]');
    expect(() => embeddingChart({ points: [[NaN, 1]] })).toThrow('none of the 1 point can be drawn');
    expect(() => embeddingChart({ points, labels: [0] })).toThrow('labels are 1 for 2 points');
    expect(() => embeddingChart({ points, labels: [0, 0.5] })).toThrow('labels[1] is 0.5');
    expect(() => embeddingChart({ points, labels: [0, 2], classNames: ['a', 'b'] })).toThrow('from 0 to 1');
  });
});
