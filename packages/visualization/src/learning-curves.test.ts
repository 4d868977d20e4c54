import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup, textOf } from '../test/markup.js';
import { learningCurves, type RunHistory } from './learning-curves.js';
import { toSvg } from './to-svg.js';

const history = (factor: number): RunHistory => ({
  epochs: [0, 1, 2].map((epoch) => ({
    epoch,
    learning_rate: 10 ** -(2 + epoch),
    accuracy: 0.5 + epoch / 10,
    loss: factor / (epoch + 1),
    val_loss: (factor + 1) / (epoch + 1),
    l1_penalty: 0.1,
  })),
});

async function lines(runs: Parameters<typeof learningCurves>[0]) {
  const all = elements(parseMarkup(await toSvg(learningCurves(runs, { metrics: ['loss'], width: 200 })[0]!)));
  return {
    texts: all.filter(({ tag }) => tag === 'text').map(textOf),
    paths: all
      .filter(({ attributes }) => attributes['class']?.includes('mark-line'))
      .flatMap((group) => elements(group).map((path) => path.attributes)),
  };
}

describe('learningCurves', () => {
  it('draws one chart per metric, loss and accuracy first, learning rate last and logarithmic', () => {
    const charts = learningCurves(history(1));
    expect(charts.map((chart) => chart.title.text)).toEqual([
      'Loss',
      'Accuracy',
      'L1 penalty',
      'Learning rate',
    ]);
    expect(charts.map((chart) => /"type":"log"/.test(JSON.stringify(chart)))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(JSON.stringify(learningCurves(history(1), { logScale: ['loss'] })[0])).toContain('"type":"log"');
  });

  it('gives each of several runs a colour, training dashed and validation solid', async () => {
    const { paths, texts } = await lines([
      { name: 'a', history: history(1) },
      { name: 'b', history: history(2) },
    ]);
    expect(paths).toHaveLength(4);
    const dashed = paths.filter((path) => path['stroke-dasharray'] === '6,4');
    expect(dashed).toHaveLength(2);
    expect(new Set(dashed.map((path) => path['stroke'])).size).toBe(2);
    expect(new Set(paths.map((path) => path['stroke'])).size).toBe(2);
    const solid = paths.filter((path) => path['stroke-dasharray'] !== '6,4');
    for (const [i, path] of dashed.entries()) {
      // The training loss is lower: farther from the top.
      expect(path['stroke']).toBe(solid[i]!['stroke']);
      expect(numbersIn(path['d'])[1]).toBeGreaterThan(numbersIn(solid[i]!['d'])[1]!);
    }
    expect(texts).toEqual(expect.arrayContaining(['a', 'b', 'training', 'validation', 'Epoch']));
  });

  it('gives training and validation of one run a colour each, from epoch 1', async () => {
    const { paths, texts } = await lines(history(1));
    expect(new Set(paths.map((path) => path['stroke'])).size).toBe(2);
    expect(numbersIn(paths[0]!['d']).filter((_, i) => i % 2 === 0)).toEqual([0, 100, 200]);
    expect(texts).toEqual(expect.arrayContaining(['1', '2', '3', 'training', 'validation']));
    expect(texts).not.toContain('run');
  });

  it('draws diverged runs: gaps where there is no number', () => {
    const chart = learningCurves({
      epochs: [
        { epoch: 0, loss: 1 },
        { epoch: 1, loss: NaN },
        { epoch: 2, loss: null },
      ],
    })[0]!;
    expect(chart.title.subtitle).toEqual(['2 values left out as not finite']);
  });

  it.each<[string, () => unknown, string]>([
    ['no runs', () => learningCurves([]), 'invalid-data'],
    ['no epochs', () => learningCurves({ epochs: [] }), 'invalid-data'],
    ['nothing finite', () => learningCurves({ epochs: [{ epoch: 0, loss: NaN }] }), 'invalid-data'],
    ['an unknown metric', () => learningCurves(history(1), { metrics: ['los'] }), 'invalid-data'],
    [
      'two runs of one name',
      () =>
        learningCurves([
          { name: 'a', history: history(1) },
          { name: 'a', history: history(1) },
        ]),
      'invalid-data',
    ],
    ['a run without name', () => learningCurves([{ name: '', history: history(1) }]), 'invalid-option'],
    ['no history', () => learningCurves({} as RunHistory), 'invalid-option'],
    [
      'an epoch without number',
      () => learningCurves({ epochs: [{} as { epoch: number }] }),
      'invalid-option',
    ],
    ['an impossible width', () => learningCurves(history(1), { width: -1 }), 'invalid-option'],
  ])('refuses %s', (_, call, code) => {
    expect(call).toThrowError(expect.objectContaining({ code, scope: 'learning-curves' }));
  });
});
