import { expectRefused, exportsContract } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import { charts, history, rows } from '../test/contract-charts.js';
import type { Chart } from './index.js';
import * as exported from './index.js';

const { toSvg } = exported;

exportsContract({
  exported,
  factories: charts,
  // prettier-ignore
  notFactories: new Set([
    'decisionGrid', 'finding', 'htmlReport', 'madeFrom', 'meanOverSeeds', 'readRun', 'runReport',
    'searchSections', 'tableText', 'toPng', 'toSvg', 'writeReport',
  ]),
});

const hostile = `<script>alert("1")</script>&amp;\u0000]]> 'é'`;

describe.each(Object.entries(charts))('%s is a chart', (name, { make, bad }) => {
  const list = (text: string): readonly Chart[] => [make(text)].flat() as Chart[];

  test('is plain JSON, the same each time', () => {
    const made = list('a title');
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    expect(list('a title')).toEqual(made);
    expect(made.length).toBeGreaterThan(0);
  });

  test('becomes the same picture each time, of hostile text too, which stays text', async () => {
    for (const chart of list(hostile)) {
      const svg = await toSvg(chart);
      expect(svg).toMatch(/^<svg/);
      expect(svg).not.toMatch(/<script|\u0000|NaN|undefined/);
      expect(await toSvg(chart)).toBe(svg);
    }
  });

  test.each(['constructor', 'toString', '__proto__'])('takes %s for a text like any other', async (text) => {
    const texts = async (of: string) => {
      const pictures = await Promise.all(list(of).map((chart) => toSvg(chart)));
      return pictures.join('').replace(/<[^>]*>/g, '|');
    };
    // Of the same letters, so of the same width.
    const other = [...text].reverse().join('');
    expect(await texts(text)).toBe((await texts(other)).replaceAll(other, text));
  });

  test('has a text for readers who do not see it', () => {
    for (const { description, title } of list('A title')) {
      expect(description.startsWith([title.text].flat().join(' '))).toBe(true);
      expect(description.length).toBeGreaterThan([title.text].flat().join(' ').length + 15);
    }
  });

  test('refuses an option that it does not have', () => {
    const call = (exported as unknown as Record<string, (...all: unknown[]) => unknown>)[name]!;
    for (const wrong of [{ title: 't', name: 'n', heigth: 3 }]) {
      const given =
        name === 'confusionMatrixChart'
          ? [rows, undefined, wrong]
          : name === 'learningCurves'
            ? [history, wrong]
            : [wrong];
      expectRefused('heigth', () => call(...given), 'invalid-option');
    }
  });

  test('refuses bad options', () => {
    for (const [what, call] of Object.entries(bad))
      expectRefused(what, call, 'invalid-option', 'invalid-data', 'unknown-metric');
  });
});
