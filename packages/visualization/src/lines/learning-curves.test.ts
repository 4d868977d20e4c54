import { describe, expect, it } from 'vitest';
import { elements, numbersIn, parseMarkup, textOf } from '../../test/markup.js';
import { learningCurves, type RunHistory } from './learning-curves.js';
import { toSvg } from '../drawing/to-svg.js';

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

describe('the axis of a loss', () => {
  const scales = (last: number) =>
    learningCurves([
      { name: 'good', history: { epochs: [{ epoch: 0, loss: 2 }, { epoch: 1, loss: 0.5 }] } }, // prettier-ignore
      { name: 'diverges', history: { epochs: [{ epoch: 0, loss: 3 }, { epoch: 1, loss: last }] } }, // prettier-ignore
    ]).map((chart) => /"type":"log"/.test(JSON.stringify(chart)));
  it('is logarithmic where one run diverged, so that the others are seen', () => {
    expect(scales(4e11)).toEqual([true]);
    expect(scales(100)).toEqual([false]);
    // What is 0 has no place on a log axis.
    expect(scales(0)).toEqual([false]);
  });
});

describe('learningCurves', () => {
  it('draws 200,000 epochs, thinned', () => {
    const epochs = Array.from({ length: 200_000 }, (_, epoch) => ({
      epoch,
      loss: 1 / (epoch + 1),
      learning_rate: epoch < 100_000 ? 0.1 : 0.001,
    }));
    const text = JSON.stringify(learningCurves({ epochs }));
    expect(text).toContain('"type":"log"');
    expect(text.length).toBeLessThan(1e6);
  });

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

  it('draws training and validation of several runs in charts of their own, a line for each run', async () => {
    const runs = [
      { name: 'a', history: history(1) },
      { name: 'b', history: history(2) },
    ];
    expect(learningCurves(runs, { metrics: ['loss'] }).map((chart) => chart.title.text)).toEqual([
      'Loss, validation',
      'Loss, training',
    ]);
    const { paths, texts } = await lines(runs);
    expect(paths).toHaveLength(2);
    expect(new Set(paths.map((path) => path['stroke'])).size).toBe(2);
    // The second run has the higher loss: nearer to the top.
    expect(numbersIn(paths[1]!['d'])[1]).toBeLessThan(numbersIn(paths[0]!['d'])[1]!);
    expect(texts).toEqual(expect.arrayContaining(['a', 'b', 'Epoch']));
    const only = learningCurves(runs, { metrics: ['loss'], split: 'training' });
    expect(only.map((chart) => chart.title.text)).toEqual(['Loss, training']);
  });

  it('draws several seeds of a run as mean and standard deviation, without those that diverged', () => {
    const seed = (loss: number, val_loss = loss): RunHistory => ({ epochs: [{ epoch: 0, loss, val_loss }] });
    const [chart] = learningCurves([
      { name: 'a', history: [seed(1), seed(3), seed(NaN)] },
      { name: 'b', history: [seed(4), seed(4), seed(7)] },
    ]);
    const json = JSON.stringify(chart);
    expect(json).toContain('"series":"a","x":1,"y":2');
    const [, low, high] = /"x":1,"low":([\d.]+),"high":([\d.]+)/.exec(json)!;
    expect(Number(low)).toBeCloseTo(2 - Math.SQRT2, 12);
    expect(Number(high)).toBeCloseTo(2 + Math.SQRT2, 12);
    expect(json).toContain('"series":"b","x":1,"y":5');
    expect(chart!.title.subtitle).toEqual([
      'Mean over 3 seeds, band: \u00b1 1 standard deviation',
      '1 value of single seeds not finite and left out of the means',
    ]);
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
    expect(chart.title.subtitle).toEqual([
      '2 values left out as not finite',
      '\u2715 no finite value from epoch 2 on',
    ]);
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
