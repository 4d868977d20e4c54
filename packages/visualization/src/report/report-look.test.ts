import { describe, expect, it } from 'vitest';
import { elements, parseMarkup, textOf } from '../../test/markup.js';
import { htmlReport } from './html-report.js';
import { imageGrid } from '../tiles/image-grid.js';
import { learningCurves } from '../lines/learning-curves.js';

const table = (rows: (string | number | null)[][]) =>
  htmlReport({
    title: 't',
    summary: { columns: ['run', { label: 'accuracy', best: 'max' }], rows },
    sections: [],
  });
const cells = async (html: Promise<string>) =>
  elements(parseMarkup(await html)).filter(({ tag }) => tag === 'td');

describe('a report', () => {
  it('aligns texts that begin with a number, and finds the best of them', async () => {
    const all = await cells(table([['a', '97.9 % \u00b1 0.1'], ['b', '98.2 %'], ['c', '\u22121,234']])); // prettier-ignore
    expect(all.map(({ attributes }) => attributes['class'])).toEqual(['n', 'n', 'n']);
    expect(all.map((cell) => elements(cell).map(({ tag }) => tag))).toEqual([[], ['b'], []]);
    const words = await cells(table([['a', '3 epochs later'], ['b', '98.2']])); // prettier-ignore
    expect(words.map(({ attributes }) => attributes['class'])).toEqual([undefined, undefined]);
  });

  it('marks what is no further from the best than the spreads explain', async () => {
    const marks = async (rows: (string | number | null)[][]) =>
      (await cells(table(rows))).map((cell) => (/^\u2248/.test(textOf(cell)) ? 'close' : textOf(cell)));
    // 0.2 apart with spreads of 0.1 and 0.2 (together 0.2236), then 0.3 apart.
    expect(await marks([['a', '98.0 \u00b1 0.1'], ['b', '98.2 \u00b1 0.2'], ['c', '97.9 \u00b1 0.1']])).toEqual(['close', '98.2 \u00b1 0.2', '97.9 \u00b1 0.1']); // prettier-ignore
    expect(await marks([['a', '98.19'], ['b', '98.2 \u00b1 0.2']])).toEqual(['98.19', '98.2 \u00b1 0.2']); // prettier-ignore
  });

  it('has a caption with what the marks mean, where there are some', async () => {
    const captions = async (rows: (string | number | null)[][]) =>
      elements(parseMarkup(await table(rows))).filter(({ tag }) => tag === 'caption').map(textOf); // prettier-ignore
    expect(await captions([['a', 'none'], ['b', 'none']])).toEqual(['Summary']); // prettier-ignore
    expect(await captions([['a', 1], ['b', 2]])).toEqual(['Summary\u2605 best of its column']); // prettier-ignore
    expect(
      await captions([
        ['a', '1 \u00b1 1'],
        ['b', '2 \u00b1 1'],
      ]),
    ).toEqual([
      // prettier-ignore
      'Summary\u2605 best of its column, \u2248 no further from the best than the spreads explain',
    ]);
  });

  it('begins with what was found and what made it, as text', async () => {
    const html = await htmlReport({
      title: 't',
      findings: ['a < b by 1 \u00b1 2'],
      made: { seed: 1, command: 'npm start -- <x>' },
      sections: [],
    });
    const all = elements(parseMarkup(html));
    expect(all.filter(({ tag }) => tag === 'li').map(textOf)).toEqual(['a < b by 1 \u00b1 2']);
    expect(all.filter(({ tag }) => tag === 'dt' || tag === 'dd').map(textOf)).toEqual([
      'seed',
      '1',
      'command',
      'npm start -- <x>',
    ]);
    await expect(htmlReport({ title: 't', findings: [3 as never], sections: [] })).rejects.toThrow(
      'findings must be',
    );
  });

  it('names each chart by what it shows, and lets the keyboard scroll it', async () => {
    const charts = [
      ...learningCurves({ epochs: [{ epoch: 0, loss: 2 }, { epoch: 1, loss: 1 }] }), // prettier-ignore
      imageGrid({
        title: 'Pictures',
        imageShape: [1, 1],
        images: [{ pixels: [1], label: 'cat' }],
      }),
    ];
    const all = elements(parseMarkup(await htmlReport({ title: 't', sections: [{ title: 's', charts }] })));
    const names = all.filter(({ tag }) => tag === 'svg').map(({ attributes }) => attributes['aria-label']);
    expect(names[0]).toBe(
      'Loss. Chart of 1 line, Loss over Epoch. training: from 2 at 1 to 1 at 2, lowest 1 at 2, highest 2 at 1',
    );
    expect(names[1]).toBe('Pictures. 1 picture: cat');
    const figures = all.filter(({ tag }) => tag === 'figure');
    expect(figures.map(({ attributes }) => attributes['tabindex'])).toEqual(['0', '0']);
    // Photographs keep their colours in the dark.
    expect(figures[1]!.attributes['class']).toContain('photos');
  });
});
