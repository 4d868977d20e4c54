import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compiled } from '@espalier/compile';
import { split, syntheticClassification } from '@espalier/datasets';
import { tableText } from '@espalier/visualization';
import { beforeAll, describe, expect, test } from 'vitest';
import { studyReport } from './report.js';
import { runVariant, type StudyResult } from './study.js';
import { resultTable } from './table.js';
import { variants } from './variants.js';

/** The table's headings and cells. */
const figuresOf = (of: readonly StudyResult[]) => {
  const { columns, rows } = resultTable(of);
  return { columns: columns.map((column) => (typeof column === 'string' ? column : column.label)), rows };
};

const results: StudyResult[] = [];
let leaked = 0;

beforeAll(async () => {
  await tf.setBackend('cpu');
  // Not pictures, but of their shape and number of classes: this is about the study, not about MNIST.
  const all = syntheticClassification({ examples: 240, features: 784, classes: 10, seed: 1 });
  const [train, validation, test] = split(all, { fractions: [0.5, 0.25, 0.25], seed: 1 });
  const before = tf.memory().numTensors;
  for (const variant of variants) {
    results.push(
      await runVariant(variant, {
        data: { train, validation, test },
        seed: 1,
        epochs: 2,
        executor: compiled(),
      }),
    );
  }
  leaked = tf.memory().numTensors - before;
});

describe('the study', () => {
  test('runs every variant, each to another end, from the same start', () => {
    expect(results.map(({ variant }) => variant.name)).toEqual([
      'baseline',
      'L1',
      'L2',
      'elastic net',
      'dropout',
      'weight decay',
      'batch norm',
    ]);
    const kernels = results.map(({ weights }) => weights['hidden_1/kernel']!.data.join());
    expect(new Set(kernels).size).toBe(variants.length);
    const penalised = results.filter(({ record }) => record.epochs[0]!['penalty'] !== undefined);
    expect(penalised.map(({ variant }) => variant.name)).toEqual(['L1', 'L2', 'elastic net']);
  });

  test('leaves no tensor behind', () => {
    expect(leaked).toBe(0);
  });

  test('measures what the table says', () => {
    const { columns, rows } = figuresOf(results);
    const [baseline] = results;
    const correct = baseline!.confusion.reduce((sum, row, i) => sum + row[i]!, 0);
    expect(correct / 60).toBeCloseTo(baseline!.testAccuracy, 10);
    expect(rows[0]![columns.indexOf('test %')]).toBe((baseline!.testAccuracy * 100).toFixed(2));
    const gap = Number(rows[0]![columns.indexOf('gap')]);
    expect(gap).toBeCloseTo((baseline!.trainAccuracy - baseline!.testAccuracy) * 100, 2);
    expect(rows[0]![columns.indexOf('epochs')]).toBe('2');
    const lines = tableText(resultTable(results)).trimEnd().split('\n');
    expect(lines).toHaveLength(2 + variants.length);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  });

  test('puts the seeds of a way into one row', () => {
    const other = { ...results[0]!, testAccuracy: results[0]!.testAccuracy + 0.02 };
    const { columns, rows } = figuresOf([...results, other]);
    expect(rows).toHaveLength(variants.length);
    const centre = 100 * results[0]!.testAccuracy + 1;
    expect(rows[0]![columns.indexOf('test %')]).toBe(`${centre.toFixed(2)} ± 1.41`);
  });

  test('reports every run with its pictures on one page', async () => {
    const html = await studyReport(results, 'a subtitle');
    for (const { variant } of results) expect(html).toContain(variant.name);
    // Loss and accuracy of all runs, in training and validation; for each run two curves, a confusion matrix, and two pictures of each weight matrix.
    expect(html.match(/<svg/g)!.length).toBe(4 + variants.length * (2 + 1 + 2 * 3));
    // The best of validation and test.
    expect(html.match(/<td class="n"><b>/g)!.length).toBeGreaterThanOrEqual(2);
    expect(html.match(/hidden_1\/kernel\. 64 kernels of 28 x 28/g)).toHaveLength(variants.length);
    expect(html).not.toMatch(/<script src|src="http|href="http/);
  });
});
