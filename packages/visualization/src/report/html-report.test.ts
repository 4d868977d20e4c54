import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { elements, parseMarkup, textOf } from '../../test/markup.js';
import { confusionMatrixChart } from '../maps/confusion-matrix-chart.js';
import { htmlReport, type HtmlReportOptions } from './html-report.js';
import { learningCurves } from '../lines/learning-curves.js';
import { reportScript, reportScriptHash } from './report-script.js';
import { weightHeatMap, weightHistogram } from '../maps/weight-charts.js';

const evil = `</script><img src=x onerror="alert('1')"> & </title></style>`;
const history = {
  epochs: [
    { epoch: 0, loss: 1, val_loss: 1.2 },
    { epoch: 1, loss: 0.5, val_loss: 0.8 },
  ],
};

const report = (): HtmlReportOptions => ({
  title: evil,
  subtitle: evil,
  summary: {
    columns: ['run', { label: evil, digits: 2, unit: ' %', best: 'max' }, 'note'],
    rows: [
      [evil, 97.1, evil],
      ['other', 98.123, null],
      ['third', NaN, true],
    ],
  },
  sections: [
    {
      title: evil,
      text: `${evil}\n\nsecond paragraph`,
      charts: learningCurves([
        { name: evil, history },
        { name: 'b', history },
      ]),
    },
    {
      title: 'other',
      collapsed: true,
      table: { columns: [evil], rows: [[evil]] },
      charts: [
        confusionMatrixChart(
          [
            [1, 2],
            [0, 3],
          ],
          [evil, 'b'],
        ),
        confusionMatrixChart([[1]]),
      ],
    },
  ],
});

describe('htmlReport', () => {
  it('shows hostile texts as text', async () => {
    const all = elements(parseMarkup(await htmlReport(report())));
    expect(all.filter(({ tag }) => ['img', 'iframe', 'object', 'link', 'base'].includes(tag))).toEqual([]);
    expect(all.filter(({ tag }) => tag === 'script').map(textOf)).toEqual([reportScript]);
    expect(
      all.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => /^on/i.test(name)),
    ).toEqual([]);
    const shown = (tag: string) => all.filter((element) => element.tag === tag).map(textOf);
    for (const tag of ['title', 'h1', 'h2', 'p', 'td', 'th', 'a']) expect(shown(tag)).toContain(evil);
    // Long labels are cut in their middle.
    expect(shown('text').some((text) => text.startsWith('</script>'))).toBe(true);
    expect(shown('p')).toContain('second paragraph');
  });

  it('needs nothing from elsewhere', async () => {
    const all = elements(parseMarkup(await htmlReport(report())));
    for (const { attributes } of all) {
      for (const [name, value] of Object.entries(attributes)) {
        if (/^(src|href|xlink:href|data|action)$/.test(name))
          expect(value).toMatch(/^(#|data:image\/png;base64,)/);
      }
    }
    const style = textOf(all.find(({ tag }) => tag === 'style')!);
    expect(style).not.toMatch(/@import|url\(|@font-face|</);
    const policy = all.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes['content']).toContain("default-src 'none'");
    // The one script that may run is the one that is there.
    expect(policy?.attributes['content']).toContain(`script-src 'sha256-${reportScriptHash}'`);
    expect(createHash('sha256').update(reportScript).digest('base64')).toBe(reportScriptHash);
  });

  it('gives the same bytes for the same input', async () => {
    const [a, b] = await Promise.all([htmlReport(report()), htmlReport(report())]);
    expect(b).toBe(a);
  });

  it('has every id once, and every reference leads to one', async () => {
    const html = await htmlReport(report());
    const all = elements(parseMarkup(html));
    const ids = all.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = all.flatMap(({ attributes }) =>
      attributes['href']?.startsWith('#') ? [attributes['href'].slice(1)] : [],
    );
    const urls = [...html.matchAll(/"url\(#([^)]+)\)"/g)].map((match) => match[1]!);
    expect(urls.length).toBeGreaterThan(0);
    for (const target of [...targets, ...urls]) expect(ids).toContain(target);
  });

  it('aligns and formats numbers, marks the best, links rows to sections, hides what is collapsed', async () => {
    const all = elements(parseMarkup(await htmlReport(report())));
    const numeric = all.filter(({ attributes }) => attributes['class'] === 'n').map(textOf);
    expect(numeric).toEqual([evil, '97.10 %', '98.12 %', 'NaN %']);
    expect(all.filter(({ tag }) => tag === 'b').map(textOf)).toEqual(['98.12 %']);
    expect(all.filter(({ tag }) => tag === 'td').map(textOf)).toContain('\u2013');
    const table = all.find(({ tag }) => tag === 'table')!;
    const links = elements(table).filter(({ tag }) => tag === 'a');
    expect(links.map((link) => link.attributes['href'])).toEqual(['#section-1', '#section-2']);
    const details = all.filter(({ tag }) => tag === 'details');
    expect(details).toHaveLength(1);
    expect(details[0]!.attributes).not.toHaveProperty('open');
    expect(elements(details[0]!).some(({ attributes }) => attributes['id'] === 'section-2')).toBe(true);
  });

  it('links rows to other pages, and to no script', async () => {
    const linked = (address: string) =>
      htmlReport({
        title: 'a',
        summary: { columns: ['page', 'x'], rows: [['one', 'one'], ['two', 1]], links: { one: address } }, // prettier-ignore
        sections: [],
      });
    for (const address of ['https://a.example/?b="c"&d', '/study/a%20b', 'study/1', '../up', '?q', 'a/b:c']) {
      const table = elements(parseMarkup(await linked(address))).find(({ tag }) => tag === 'table')!;
      const links = elements(table).filter(({ tag }) => tag === 'a');
      expect(links.map(({ attributes }) => attributes['href'])).toEqual([address]);
      expect(textOf(links[0]!)).toBe('one');
    }
    for (const address of [
      'javascript:alert(1)',
      ' javascript:alert(1)',
      '\tjavascript:x',
      'data:text/html,x',
      'java\tscript:x',
      'vbscript:x',
      '/\t/a.example',
      '//a.example',
      '/\\a.example',
      '\\\\a',
      '',
      7 as never,
    ])
      // prettier-ignore
      await expect(linked(address)).rejects.toThrow(/links\['one'\] must be an address of http or https, or a path/);
  });

  it('keeps seven runs with three large weight pictures each under 5 MB', async () => {
    const values = Float32Array.from({ length: 784 * 128 }, (_, i) => Math.sin(i * i) * 0.1);
    const sections = Array.from({ length: 7 }, (_, run) => ({
      title: `run ${run}`,
      charts: [
        ...['a', 'b', 'c'].map((name) => weightHeatMap({ name, shape: [784, 128], values })),
        weightHistogram({ name: 'a', values }),
        ...learningCurves(history),
      ],
    }));
    const html = await htmlReport({ title: 'size', sections });
    expect(html.length).toBeLessThan(5e6);
    expect(html.match(/data:image\/png/g)).toHaveLength(21);
  });

  it.each<[string, unknown, string]>([
    ['no title', { title: '', sections: [] }, 'invalid-option'],
    ['no sections', { title: 't' }, 'invalid-option'],
    ['a section without title', { title: 't', sections: [{}] }, 'invalid-option'],
    [
      'a row of the wrong length',
      { title: 't', sections: [], summary: { columns: ['a'], rows: [[1, 2]] } },
      'invalid-data',
    ],
    [
      'a cell that is an object',
      { title: 't', sections: [], summary: { columns: ['a'], rows: [[{}]] } },
      'invalid-option',
    ],
    ['no columns', { title: 't', sections: [], summary: { columns: [], rows: [] } }, 'invalid-option'],
    ['charts that are none', { title: 't', sections: [{ title: 's', charts: 3 }] }, 'invalid-option'],
  ])('refuses %s', async (_, wrong, code) => {
    await expect(htmlReport(wrong as HtmlReportOptions)).rejects.toMatchObject({
      code,
      scope: 'html-report',
    });
  });
});
