import { describe, expect, it } from 'vitest';
import { elements, parseMarkup, textOf } from '../../test/markup.js';
import { barChart } from '../bars/bar-chart.js';
import type { Chart } from './chart.js';
import { confusionMatrixChart } from '../maps/confusion-matrix-chart.js';
import { heatMap } from '../maps/heat-map.js';
import { lineChart } from '../lines/line-chart.js';
import { toSvg } from './to-svg.js';

const hostile = [
  `</script><img src=x onerror=alert(1)>`,
  `"><svg onload='x'>&amp;`,
  ` id="zz" ="url(#zz)" `,
  `datum.x}${'${'}1}`,
];

describe('toSvg', () => {
  it('shows hostile texts as text, wherever they are given', async () => {
    const [a, b, c, d] = hostile as [string, string, string, string];
    const charts: Chart[] = [
      lineChart({
        title: a,
        subtitle: b,
        xLabel: c,
        yLabel: d,
        series: [
          { name: a, points: [1, 2] },
          { name: b, points: [2, 1], kind: 'points' },
        ],
      }),
      barChart({
        title: a,
        valueLabel: b,
        bars: hostile.map((label, i) => ({ label, value: i, series: c })),
      }),
      heatMap({
        title: a,
        xLabel: b,
        yLabel: c,
        valueLabel: d,
        values: [[1, 2]],
        rowLabels: [a],
        columnLabels: [b, c],
      }),
      confusionMatrixChart(
        [
          [1, 2],
          [3, 4],
        ],
        [a, b],
      ),
    ];
    for (const chart of charts) {
      const all = elements(parseMarkup(await toSvg(chart)));
      expect(all.filter(({ tag }) => tag === 'script' || tag === 'img')).toEqual([]);
      expect(all.filter(({ tag }) => tag === 'svg')).toHaveLength(1);
      expect(
        all.flatMap(({ attributes }) => Object.keys(attributes)).filter((k) => k.startsWith('on')),
      ).toEqual([]);
      const texts = all.filter(({ tag }) => tag === 'text').map((text) => textOf(text).trim());
      if (chart === charts[0])
        expect(texts).toEqual(expect.arrayContaining(hostile.map((text) => text.trim())));
      // A title that is wider than its chart has several lines.
      if (chart !== charts[3]) expect(texts.join('').replaceAll(' ', '')).toContain(a.replaceAll(' ', ''));
      expect(texts.some((text) => text.startsWith('"><svg'))).toBe(true);
    }
  });

  it('replaces characters that XML forbids', async () => {
    const svg = await toSvg(
      lineChart({ title: 'a\u0000b\u001bc\ud800d\ne', series: [{ name: '\ufffe', points: [1] }] }),
    );
    const texts = elements(parseMarkup(svg))
      .filter(({ tag }) => tag === 'text')
      .map(textOf);
    expect(texts).toContain('a\ufffdb\ufffdc\ufffdd e');
  });

  it('gives the same bytes for the same chart, also when several are drawn at once', async () => {
    const chart = () =>
      heatMap({
        title: 'h',
        values: [
          [1, 2],
          [3, 4],
        ],
      });
    const first = await toSvg(chart());
    const others = await Promise.all([
      toSvg(chart()),
      toSvg(lineChart({ title: 'l', series: [{ name: 's', points: [1] }] })),
      toSvg(chart()),
    ]);
    expect(others[0]).toBe(first);
    expect(others[2]).toBe(first);
    expect(await toSvg(JSON.parse(JSON.stringify(chart())) as Chart)).toBe(first);
  });

  it('prefixes ids, and every reference has its id', async () => {
    const svg = await toSvg(heatMap({ title: 'h', values: [[1, 2]] }), { idPrefix: 'p7-' });
    const all = elements(parseMarkup(svg));
    const ids = all.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.every((id) => id.startsWith('p7-'))).toBe(true);
    const used = [...svg.matchAll(/url\(#([^)]+)\)/g)].map((match) => match[1]);
    expect(used.length).toBeGreaterThan(0);
    for (const id of used) expect(ids).toContain(id);
  });

  it('refuses what is no chart, and data from elsewhere', async () => {
    const chart = lineChart({ title: 't', series: [{ name: 's', points: [1] }] });
    await expect(toSvg(null as unknown as Chart)).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(toSvg(chart, { idPrefix: '1"' })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(toSvg({ title: 'x' } as unknown as Chart)).rejects.toMatchObject({
      code: 'invalid-data',
      scope: 'to-svg',
    });
    const elsewhere = {
      ...chart,
      layer: undefined,
      data: { url: 'https://example.org/data.json' },
      mark: 'point',
    };
    const svg = await toSvg(JSON.parse(JSON.stringify(elsewhere)) as Chart).catch(
      (error: Error) => error.message,
    );
    expect(svg).toContain('holds its own data');
  });
});
