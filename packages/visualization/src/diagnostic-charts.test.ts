import { describe, expect, test } from 'vitest';
import type { Chart } from './index.js';
import { calibrationChart, healthChart, histogramEvolution, toSvg } from './index.js';

/** The rows of data anywhere in a chart that have all of some fields. */
function rowsWith(chart: Chart, ...fields: string[]): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value) && fields.every((field) => field in value))
      found.push(value as Record<string, unknown>);
    Object.values(value).forEach(look);
  };
  look(chart);
  return found;
}

const epochs = [1, 2].map((epoch) => ({
  epoch,
  layers: [
    { layer: 'hidden_1', gradientShare: epoch === 1 ? 1e-6 : 0, deadUnits: 0.25 },
    { layer: 'hidden_2', gradientShare: epoch === 1 ? 1e-3 : null },
    { layer: 'output', gradientShare: 1 },
    { layer: 'flatten', gradientShare: null },
  ],
}));

describe('healthChart', () => {
  test('has a row for each layer that has the figure, in powers of ten, with what it is ill of', async () => {
    const layers = [
      { layer: 'hidden_1', verdict: 'vanishing', since: 1 },
      { layer: 'output', verdict: 'healthy', since: null },
    ];
    const chart = healthChart({ epochs, layers });
    const svg = await toSvg(chart);
    for (const text of ['hidden_1: vanishing since 1', 'hidden_2', 'output', 'Epoch'])
      expect(svg).toContain(text);
    expect(svg).not.toContain('flatten');
    expect(svg).not.toContain('healthy');
    expect(chart.description).toContain('3 rows');
    expect(chart.description).toContain('from −12 to 0');
    expect(String(chart.title.subtitle)).toContain('1 value not finite');
    const dead = healthChart({ epochs, figure: 'deadUnits' });
    expect(dead.title.text).toBe('Health of the layers');
    expect(dead.description).toContain('1 row');
  });

  test('takes a whole report as it is, and says its sentence', () => {
    const report = { healthy: true, sentence: 'All 3 layers are healthy.', layers: [], epochs };
    expect(healthChart(report).title.subtitle).toContain('All 3 layers are healthy.');
    expect(healthChart({ ...report, subtitle: 'mine' }).title.subtitle).not.toContain(
      'All 3 layers are healthy.',
    );
  });

  test('refuses what it cannot draw', () => {
    expect(() => healthChart({ epochs: [] })).toThrow('epochs is empty');
    expect(() => healthChart({ epochs, figure: 'saturatedValues' })).toThrow(
      "no layer has the figure 'saturatedValues'",
    );
    expect(() => healthChart({ epochs: [{} as never] })).toThrow('epochs[0] must be { epoch, layers }');
  });
});

describe('calibrationChart', () => {
  const bins = [
    { count: 0, confidence: null, accuracy: null },
    { count: 10, confidence: 0.65, accuracy: 0.5 },
    { count: 4, confidence: 0.95, accuracy: 1 },
  ];
  test('has a point for each bin with answers, between its interval', () => {
    const chart = calibrationChart({ models: [{ name: 'mlp', bins }] });
    const rows = rowsWith(chart, 'low', 'high').filter(({ low }) => typeof low === 'number');
    // Wilson's 95 % interval of 5 of 10 is 0.237 to 0.763, of 4 of 4 it is 0.510 to 1.
    const lows = [
      ...new Set(rows.map(({ low, high }) => `${Number(low).toFixed(3)} ${Number(high).toFixed(3)}`)),
    ];
    expect(lows).toEqual(['0.237 0.763', '0.510 1.000']);
  });
  test('refuses bins without an answer', () => {
    expect(() => calibrationChart({ models: [{ name: 'mlp', bins: bins.slice(0, 1) }] })).toThrow(
      'no bin with an answer',
    );
    expect(() => calibrationChart({ models: [{ name: 'mlp' } as never] })).toThrow('models[0].bins must be');
  });
});

describe('histogramEvolution', () => {
  test('names rows apart, of values close to each other and far from 0 too', () => {
    const chart = histogramEvolution({ title: 't', histograms: [{ epoch: 0, edges: [1, 1.0000001], counts: [5] }] }); // prettier-ignore
    expect(JSON.stringify(chart)).toContain('["1.0000000750","1.0000000250"]');
  });

  test('puts histograms of different ranges on one scale, and keeps their shares', () => {
    const chart = histogramEvolution({
      title: 't',
      bins: 4,
      histograms: [
        { epoch: 0, edges: [-1, 0, 1], counts: [1, 3] },
        { epoch: 5, edges: [-2, 2], counts: [8] },
        { epoch: 6, edges: [0, 0], counts: [7] },
      ],
    });
    // Rows from the top: 1..2, 0..1, -1..0, -2..-1.
    const values = rowsWith(chart, 'row', 'column', 'value').map(({ value }) => value);
    expect(values).toEqual([0, 0.25, 0, 0.75, 0.25, 1, 0.25, 0.25, 0, 0, 0.25, 0]);
  });
  test('refuses edges that do not fit', () => {
    const bad = [
      { epoch: 0, edges: [0, 1], counts: [1, 2] },
      { epoch: 0, edges: [1, 0], counts: [1] },
      { epoch: 0, edges: [0, 1], counts: [NaN] },
    ];
    for (const one of bad)
      expect(() => histogramEvolution({ title: 't', histograms: [one] })).toThrow(
        'histograms[0] needs ascending edges',
      );
    expect(() => histogramEvolution({ title: 't', histograms: [] })).toThrow('none with a value');
  });
});
