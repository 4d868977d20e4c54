import { describe, expect, test } from 'vitest';
import { activationChart, type Chart, toSvg } from '../index.js';

const layersAt = (scale: number) => [
  { layer: 'hidden_1', mean: scale, deviation: 2 * scale, zeros: 0.5, saturated: null },
  { layer: 'hidden_2', mean: -scale, deviation: NaN, zeros: 0.25 * scale, saturated: null },
];
const rows = (chart: Chart): Record<string, unknown>[] =>
  (chart as unknown as { data: { values: Record<string, unknown>[] } }).data.values;

describe('activationChart', () => {
  test('has a dot for each layer between mean - deviation and mean + deviation', () => {
    const chart = activationChart({ profiles: [{ epoch: 3, layers: layersAt(1) }] });
    expect(rows(chart).map(({ label, value, low, high }) => [label, value, low, high])).toEqual([
      ['hidden_1', 1, -1, 3],
      ['hidden_2', -1, undefined, undefined],
    ]);
    expect(chart.title.subtitle).toEqual(['epoch 3', 'Whiskers: \u00b1 1 standard deviation of the outputs']);
  });

  test('shows the first, the last and two between of many times', () => {
    const profiles = Array.from({ length: 10 }, (_, epoch) => ({ epoch, layers: layersAt(1 + epoch) }));
    const series = new Set(rows(activationChart({ profiles })).map((row) => row['series']));
    expect([...series]).toEqual(['before training', 'epoch 3', 'epoch 6', 'epoch 9']);
  });

  test('draws shares as bars at one time, as rows of cells over several', async () => {
    const one = activationChart({ profiles: [{ epoch: 3, layers: layersAt(1) }], figure: 'zeros' });
    expect(rows(one).map(({ value }) => value)).toEqual([0.5, 0.25]);
    const profiles = [0, 1, 2].map((epoch) => ({ epoch, layers: layersAt(epoch) }));
    const several = activationChart({ profiles, figure: 'zeros' });
    expect(several.description).toContain('Heat map of 2 rows and 3 columns (Epoch)');
    const svg = await toSvg(several);
    for (const text of ['hidden_1', 'hidden_2', 'share of outputs that are 0']) expect(svg).toContain(text);
  });

  test('refuses what it cannot draw', () => {
    const profiles = [{ epoch: 1, layers: layersAt(1) }];
    expect(() => activationChart({ profiles, figure: 'saturated' })).toThrow(
      "no layer has the figure 'saturated'",
    );
    expect(() => activationChart({ profiles: [{ epoch: 1, layers: [null as never] }] })).toThrow(
      'profiles[0] must be',
    );
  });
});
