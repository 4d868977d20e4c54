import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { eager, EspalierError, mlp, sgd, syntheticClassification } from 'espalier';
import { beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.js';
import { resultsPage } from './results-page.js';
import { runsWith } from './run.fixture.js';
import { writeResults } from './write-results.js';

const data = syntheticClassification({ examples: 40, features: 4, classes: 2, seed: 1 });
const out = mkdtempSync(join(tmpdir(), 'study-'));
const lines: string[] = [];
const lab = (
  over: { seeds?: number[]; kept?: boolean; quick?: boolean; only?: RegExp } = {},
  signal = new AbortController().signal,
) =>
  new Lab({ quick: false, kept: false, seeds: [1, 2], out, ...over }, eager(), signal, (line) =>
    lines.push(line),
  );
const plan = (learningRate = 0.1) => ({
  name: 'row',
  train: data,
  test: data,
  epochs: 2,
  batchSize: 20,
  setup: (seed: number) => ({
    model: mlp({ inputs: 4, hidden: [3], outputs: 2, seed }),
    optimizer: sgd({ learningRate }),
  }),
  measure: ({ seed }: { seed: number }) => ({ seed }),
});

beforeAll(() => tf.setBackend('cpu'));

describe('a lab', () => {
  test('trains each seed once and takes the kept run after that, unless the plan differs', async () => {
    const before = tf.memory().numTensors;
    const first = await lab().train(plan());
    expect(first.map(({ seed, extra, epochs }) => [seed, extra, epochs.length])).toEqual([
      [1, { seed: 1 }, 2],
      [2, { seed: 2 }, 2],
    ]);
    expect(lines.filter((line) => line.startsWith('row, seed'))).toHaveLength(2);
    expect(await lab().train(plan())).toEqual(JSON.parse(JSON.stringify(first)));
    expect(lines).toHaveLength(2);
    await lab().train(plan(0.2));
    expect(lines).toHaveLength(4);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('trains again what is damaged, and nothing at all with --kept', async () => {
    const folder = join(out, 'kept-runs');
    writeFileSync(
      join(
        folder,
        readdirSync(folder).find((file) => file.startsWith('row-seed-1'))!,
      ),
      '{"broken',
    );
    const kept = await lab({ kept: true, seeds: [1, 2, 3] }).train(plan());
    const whole = await lab({ kept: true, seeds: [1, 2, 3] }).train(plan(0.2));
    expect(kept.length + whole.length).toBe(3);
    expect(await lab({ only: /^other/, seeds: [1, 2, 3] }).train(plan(0.2))).toHaveLength(whole.length);
    expect(lines).toHaveLength(4);
  });

  test('stops between runs when it is interrupted', async () => {
    const interrupted = new AbortController();
    interrupted.abort(new Error('Ctrl-C'));
    await expect(lab({}, interrupted.signal).train({ ...plan(), name: 'other' })).rejects.toThrow('Ctrl-C');
  });

  test('makes data up in the quick form alone', async () => {
    const load = () =>
      Promise.reject(new EspalierError({ code: 'io', scope: 'mnist', message: 'not found' }));
    await expect(lab().data(load, [3, 2])).rejects.toThrow('not found');
    const quick = lab({ quick: true });
    expect((await quick.data(load, [3, 2])).train.inputs['input']!.shape).toEqual([3, 2]);
    expect(quick.madeUp).toBe(true);
  });

  test('writes what was found', async () => {
    const one = lab();
    const runs = await one.train(plan());
    one.table({
      title: 'Rows',
      columns: [{ label: 'loss', of: (run) => run.test['loss'] as number }],
      rows: [{ name: 'row', runs, published: [99] }],
    });
    one.finding('Losses fall', true, 'they do');
    one.curves('loss', 'Loss per epoch', { row: runs, missing: [] }, ['loss']);
    await writeResults(one, {
      name: 'report-9',
      title: 'A study',
      about: 'About it.',
      program: import.meta.url,
    });
    const page = readFileSync(join(out, 'RESULTS.md'), 'utf8');
    expect(page).toContain('| row | 99 |');
    expect(page).toContain('| Losses fall | holds | they do |');
    expect(page).toContain('![Loss per epoch](pictures/loss.svg)');
    expect(readFileSync(join(out, 'pictures/loss.svg'), 'utf8')).toContain('<svg');
    const json = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(json.tables[0].rows[0].runs.map((run: { seed: number }) => run.seed)).toEqual([1, 2]);
    expect(json.notReached).toEqual([{ table: 'Rows', row: 'row', figure: 'loss' }]);
  });

  test('says how many published figures are judged at all', () => {
    const pageOf = (published: number, ...accuracies: number[]) => {
      const one = lab();
      one.table({
        title: 'Rows',
        columns: [{ label: 'test %', of: (run) => 100 * (run.test['accuracy'] as number) }],
        rows: [{ name: 'row', runs: runsWith(...accuracies), published: [published] }],
      });
      const description = { name: 'report-9', title: 'A study', about: '', program: import.meta.url };
      return resultsPage(one, description, { pictures: [], notes: '', peers: [] });
    };
    expect(pageOf(90, 0.9)).toContain('so that none can be judged');
    expect(pageOf(90, 0.89, 0.92)).toContain('Each of the 1 published figures');
    expect(pageOf(99, 0.9, 0.901)).toContain('| Rows: row | test % | 99 | 90.05 ± 0.07 | -8.95 |');
  });
});
