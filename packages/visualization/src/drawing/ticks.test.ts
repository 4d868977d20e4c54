import { describe, expect, it } from 'vitest';
import { elements, parseMarkup, textOf } from '../../test/markup.js';
import { lineChart } from '../lines/line-chart.js';
import { linearAxis, placeOn } from './ticks.js';
import { toSvg } from './to-svg.js';

async function labels(points: readonly number[], x = 0) {
  const chart = lineChart({
    title: 't',
    series: [{ name: 's', points: points.map((y, i) => ({ x: x + i, y })) }],
  });
  const all = elements(parseMarkup(await toSvg(chart)));
  const groups = all.filter(({ attributes }) => attributes['class']?.includes('role-axis-label'));
  return groups.map((group) => elements(group).map(textOf));
}

describe('axes', () => {
  it.each([
    ['a narrow range far from 0', [1e6 + 0.1, 1e6 + 0.4]],
    ['a narrow range near 1e12', [1e12, 1e12 + 3]],
    ['small numbers', [1.2e-7, 3.4e-7]],
    ['a narrow range of small numbers', [1e-5, 1.00003e-5]],
    ['large numbers', [1e6, 9e6]],
    ['negative ones', [-1000.5, -1000.1]],
  ])('tells ticks apart: %s', async (_, points) => {
    const [, y] = await labels(points);
    expect(y!.length).toBeGreaterThanOrEqual(3);
    expect(new Set(y).size).toBe(y!.length);
    expect(Math.max(...y!.map((label) => label.length))).toBeLessThanOrEqual(20);
  });

  it('writes what a tick is', async () => {
    expect((await labels([1e6 + 0.1, 1e6 + 0.3]))[1]).toEqual([
      '1,000,000.10',
      '1,000,000.15',
      '1,000,000.20',
      '1,000,000.25',
      '1,000,000.30',
    ]);
    expect((await labels([0, 0.3]))[1]).toContain('0.15');
  });

  it('counts one epoch as 1', async () => {
    expect((await labels([0.5], 1))[0]).toEqual(['1']);
    expect((await labels([0.5, 0.4], 1))[0]).toEqual(['1', '2']);
  });

  it('rounds ends outwards and places values', () => {
    const axis = linearAxis([0.12, 0.97], { count: 5, nice: true });
    expect(axis.domain).toEqual([0, 1]);
    expect(axis.values).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(placeOn(axis, 200, 0.25)).toBeCloseTo(50, 10);
    expect(placeOn({ ...axis, type: 'log', domain: [1, 100] }, 200, 10)).toBeCloseTo(100, 10);
  });
});
