import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup } from '../../test/markup.js';
import { countIntoBins } from './bins.js';
import { histogram, type HistogramOptions } from './histogram.js';
import { toSvg } from '../drawing/to-svg.js';

const barsOf = async (options: HistogramOptions) =>
  elements(parseMarkup(await toSvg(histogram(options))))
    .filter(({ attributes }) => attributes['class']?.includes('mark-rect role-mark'))
    .flatMap((group) => elements(group).map((rect) => numbersIn(rect.attributes['d'])));

/** The largest double below a positive one. */
function nextBelow(value: number): number {
  const bits = new BigUint64Array(Float64Array.of(value).buffer);
  bits[0]! -= 1n;
  return new Float64Array(bits.buffer)[0]!;
}

describe('countIntoBins', () => {
  it('includes lower edges, and both of the last bin, as numpy.histogram', () => {
    // np.histogram([0, 1, 1.5, 2, 3, 4, 4], bins=4) -> [1, 2, 1, 3]
    expect(countIntoBins([0, 1, 1.5, 2, 3, 4, 4], 4)?.bins).toEqual({
      edges: [0, 1, 2, 3, 4],
      counts: [1, 2, 1, 3],
    });
  });

  it('agrees with its own edges for values on them, whatever the rounding', () => {
    for (const binCount of [3, 7, 10, 49]) {
      const edges = countIntoBins([0.1, 0.7], binCount)!.bins.edges as number[];
      const { counts } = countIntoBins(edges, binCount)!.bins;
      expect(Array.from(counts)).toEqual([...new Array<number>(binCount - 1).fill(1), 2]);
      const below = edges.map((edge, i) => (i === 0 || i === binCount ? edge : nextBelow(edge)));
      expect(Array.from(countIntoBins(below, binCount)!.bins.counts)).toEqual([
        2,
        ...new Array<number>(binCount - 1).fill(1),
      ]);
    }
  });
});

describe('histogram', () => {
  it('draws each count to scale', async () => {
    const bars = await barsOf({
      title: 't',
      values: [0, 1, 1.5, 2, 3, 4, 4],
      binCount: 4,
      width: 400,
      height: 200,
    });
    expect(bars.map(([x]) => x)).toEqual([0, 100, 200, 300]);
    const heights = bars.map((path) => Math.abs(path[3]!));
    const unit = heights[0]!;
    heights.forEach((height, i) => expect(height / unit).toBeCloseTo([1, 2, 1, 3][i]!, 3));
  });

  it('draws bins that were counted before as it draws values', () => {
    const values = [0, 1, 1.5, 2, 3, 4, 4];
    const { bins } = countIntoBins(values, 4)!;
    expect(histogram({ title: 't', bins })).toEqual(histogram({ title: 't', values, binCount: 4 }));
  });

  it('leaves out what is not finite and says so; keeps the values out of the chart', () => {
    const chart = histogram({ title: 't', values: Float32Array.of(0.123456, NaN, Infinity, 1), binCount: 2 });
    expect(chart.title.subtitle).toEqual(['2 values left out as not finite']);
    const many = histogram({
      title: 't',
      values: Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(i)),
    });
    expect(JSON.stringify(many).length).toBeLessThan(8000);
  });

  it.each([
    ['constant', [3, 3, 3]],
    ['single', [-1]],
    ['zero', [0, 0]],
    ['huge', [-1e300, 1e300]],
    ['denormal', [5e-324, 0]],
  ])('draws %s values', async (_, values) => {
    for (const yScale of ['linear', 'log'] as const) {
      const bars = await barsOf({ title: 't', values, yScale });
      expect(bars.length).toBeGreaterThan(0);
      expect(bars.flat().every(Number.isFinite)).toBe(true);
    }
  });

  it.each<[string, object, string]>([
    ['neither values nor bins', {}, 'invalid-option'],
    ['both', { values: [1], bins: { edges: [0, 1], counts: [1] } }, 'invalid-option'],
    ['nothing finite', { values: [NaN] }, 'invalid-data'],
    ['no values', { values: [] }, 'invalid-data'],
    ['no bins to count into', { values: [1], binCount: 0 }, 'invalid-option'],
    ['edges that do not ascend', { bins: { edges: [0, 0], counts: [1] } }, 'invalid-data'],
    ['too few edges', { bins: { edges: [0], counts: [1] } }, 'invalid-data'],
    ['a negative count', { bins: { edges: [0, 1], counts: [-1] } }, 'invalid-data'],
    ['bins that are none', { bins: { edges: 3 } }, 'invalid-option'],
  ])('refuses %s', (_, wrong, code) => {
    expect(() => histogram({ title: 't', ...wrong })).toThrowError(
      expect.objectContaining({ code, scope: 'histogram' }),
    );
  });
});
