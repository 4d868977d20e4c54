import { describe, expect, it } from 'vitest';
import { barChart } from '../bars/bar-chart.js';
import { learningCurves } from '../lines/learning-curves.js';
import { lineChart } from '../lines/line-chart.js';
import { linesOf } from './report-lines.js';

describe('the lines of a chart', () => {
  it('are its points, gaps and spreads, with the axes as drawn', () => {
    const lines = linesOf(
      lineChart({
        title: 't',
        xLabel: 'Step',
        yLabel: 'Loss',
        yScale: 'log',
        series: [
          { name: 'a', points: [{ x: 1, y: 0.5, low: 0.25, high: 1 }, { x: 2, y: NaN }, { x: 3, y: 1 / 3 }] }, // prettier-ignore
          { name: 'b', kind: 'points', points: [{ x: 2, y: 4 }] },
        ],
      }),
    );
    expect(lines).toMatchObject({
      width: 480,
      height: 280,
      x: { label: 'Step', log: false, domain: [1, 3] },
    });
    expect(lines!.y).toMatchObject({ label: 'Loss', log: true });
    expect(lines!.y.domain[0]).toBeLessThanOrEqual(0.25);
    expect(lines!.y.domain[1]).toBeGreaterThanOrEqual(4);
    const [a, b] = lines!.lines;
    expect(a).toMatchObject({ name: 'a', joined: true });
    expect(a!.points).toEqual([[1, 0.5, 0.25, 1], [2, null], [3, 0.3333333]]); // prettier-ignore
    expect(b).toMatchObject({ name: 'b', joined: false, points: [[2, 4]] });
    expect(a!.color).not.toBe(b!.color);
  });

  it('keep values apart that lie close to each other and far from 0', () => {
    const points = [0, 1, 2].map((i) => ({ x: 1.7e9 + i, y: 1e6 + i * 1e-5 }));
    const [line] = linesOf(lineChart({ title: 't', series: [{ name: 'a', points }] }))!.lines;
    expect(line!.points).toEqual(points.map(({ x, y }) => [x, y]));
  });

  it('have whole names, those of the picture beside them, and the markers of lines beyond 24', () => {
    const names = Array.from({ length: 25 }, (_, i) => `${'x'.repeat(60)} ${i}`);
    const { lines } = linesOf(lineChart({ title: 't', series: names.map((name) => ({ name, points: [1, 2] })) }))!; // prettier-ignore
    expect(lines.map(({ name }) => name)).toEqual(names);
    expect(lines[3]!.label).toMatch(/^x+\u2026x+ 3$/);
    expect([lines[0]!.shape, lines[24]!.shape]).toEqual([undefined, 'square']);
  });

  it('are those of learning curves, the values behind a smoothed line left out', () => {
    const epochs = Array.from({ length: 9 }, (_, epoch) => ({ epoch, loss: 1 / (epoch + 1) }));
    const [chart] = learningCurves({ epochs }, { smoothing: 0.5 });
    expect(linesOf(chart!)!.lines.map(({ points }) => points.length)).toEqual([9]);
  });

  it('are none where a chart has no lines', () => {
    expect(linesOf(barChart({ title: 't', bars: [{ label: 'a', value: 1 }] }))).toBeUndefined();
  });
});
