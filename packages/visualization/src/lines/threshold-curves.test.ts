import { expect, it } from 'vitest';
import { linesOf } from '../report/report-lines.js';
import { precisionRecallChart, rocChart } from './threshold-curves.js';

it('draws a ROC curve with what guessing gives, steps and all', () => {
  const chart = rocChart({ curves: [{ name: 'a', curve: [[0, 0, 0.5, 0.5, 1], [0, 0.5, 0.5, 1, 1], [1, 0.9, 0.6, 0.3, 0.1]] }] }); // prettier-ignore
  const { x, y, lines } = linesOf(chart)!;
  expect([x.label, y.label, y.domain]).toEqual(['False positive rate', 'True positive rate', [0, 1]]);
  expect(lines.map(({ name, points }) => [name, points])).toEqual([
    ['a', [[0, 0], [0, 0.5], [0.5, 0.5], [0.5, 1], [1, 1]]], // prettier-ignore
    ['guessing', [[0, 0], [1, 1]]], // prettier-ignore
  ]);
});

it('draws precision over recall, whichever way the lists go', () => {
  const [precisions, recalls] = [[0.5, 0.6, 1, 1], [1, 1, 0.5, 0]]; // prettier-ignore
  const chart = precisionRecallChart({
    title: 'Mine',
    curves: [{ name: 'a', curve: [precisions, recalls] }],
  });
  expect(chart.title.text).toBe('Mine');
  const { x, lines } = linesOf(chart)!;
  expect(x.label).toBe('Recall');
  expect(lines[0]!.points).toEqual([[0, 1], [0.5, 1], [1, 0.6], [1, 0.5]]); // prettier-ignore
});

it('refuses lists that do not go together', () => {
  const draw = (curve: number[][]) => () => rocChart({ curves: [{ name: 'a', curve }] });
  expect(draw([[0, 1], [0]])).toThrow("the lists of 'a' have 2 and 1 entries");
  expect(
    draw([
      [0, 1],
      [0, NaN],
    ]),
  ).toThrow('must lie between 0 and 1');
  expect(
    draw([
      [0, 1.5],
      [0, 1],
    ]),
  ).toThrow('must lie between 0 and 1');
  expect(() => rocChart({ curves: [] })).toThrow('curves is empty');
  expect(() => rocChart({ curves: [{ name: 'a', curve: 3 as never }] })).toThrow('curves[0].curve must be');
});
