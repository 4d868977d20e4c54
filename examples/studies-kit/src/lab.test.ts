import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy, confusionMatrix, eager, lineChart, mlp, sgd, syntheticClassification } from 'espalier';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { greater } from './claims.js';
import { Lab } from './lab.js';
import { resultsPage } from './results-page.js';
import type { Measurement } from './run-plan.js';
import { runsWith } from './run.fixture.js';
import { checkData, prepareFolder } from './study.js';
import { writeResults } from './write-results.js';

const data = syntheticClassification({ examples: 40, features: 4, classes: 2, seed: 1 });
const out = mkdtempSync(join(tmpdir(), 'study-'));
const lines: string[] = [];
const lab = (
  over: {
    seeds?: number[];
    kept?: boolean;
    quick?: boolean;
    only?: RegExp;
    out?: string;
    earlier?: string;
  } = {},
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

  test('shows epochs where there is a terminal', async () => {
    const shown: string[] = [];
    const status = { write: (text: string) => void shown.push(text), clear: () => undefined };
    const options = { quick: false, kept: false, seeds: [1], out: mkdtempSync(join(out, 'status-')) };
    await new Lab(options, eager(), new AbortController().signal, () => undefined, status).train(plan());
    expect(shown.map((text) => /^row, seed 1 +epoch [12]\/2 .*loss/.test(text))).toEqual([true, true]);
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

  test('shows of a kept run what it showed of the run itself, though it diverged', async () => {
    const diverging = { ...plan(1e30), name: 'diverging' };
    const fresh = await lab({ seeds: [1] }).train(diverging);
    const [kept] = await lab({ seeds: [1], kept: true }).train(diverging);
    expect(fresh[0]!.test['loss']).toBeNaN();
    expect(kept!.test['loss']).toBeNaN();
    expect(kept!.epochs.at(-1)!['loss']).toBeNaN();
  });

  test.each(['null', '[]', '{}', '{"name":"row","seed":1}', '{"name":"other","seed":1,"epochs":[]}'])(
    'a kept file of %s is no run',
    async (text) => {
      const folder = mkdtempSync(join(out, 'odd-'));
      const [first] = await lab({ out: folder, seeds: [1] }).train(plan());
      const [file] = readdirSync(join(folder, 'kept-runs'));
      writeFileSync(join(folder, 'kept-runs', file!), text);
      expect(await lab({ out: folder, seeds: [1], kept: true }).train(plan())).toEqual([]);
      const [again] = await lab({ out: folder, seeds: [1] }).train(plan());
      expect(again!.test).toEqual(first!.test);
    },
  );

  test('a kept run without a metric that is asked for is made again', async () => {
    const folder = mkdtempSync(join(out, 'metric-'));
    await lab({ out: folder, seeds: [1] }).train(plan());
    const more = {
      ...plan(),
      setup: (seed: number) => ({
        ...plan().setup(seed),
        metrics: [accuracy(), confusionMatrix({ classes: 2 })],
      }),
    };
    expect(await lab({ out: folder, seeds: [1], kept: true }).train(more)).toEqual([]);
  });

  test('does costly work once, and none where it is not wanted', async () => {
    const work = vi.fn(() => Promise.resolve([1, 2]));
    const name = 'costly';
    expect(await lab({ kept: true }).once(name, { a: 1 }, work)).toBeUndefined();
    expect(await lab().once(name, { a: 1 }, work)).toEqual([1, 2]);
    expect(await lab({ kept: true }).once(name, { a: 1 }, work)).toEqual([1, 2]);
    expect(await lab({ only: /^row/ }).once(name, { a: 2 }, work)).toBeUndefined();
    expect(work).toHaveBeenCalledTimes(1);
    const interrupted = new AbortController();
    const brokenOff = () => {
      interrupted.abort(new Error('Ctrl-C'));
      return Promise.resolve([1]);
    };
    await expect(lab({}, interrupted.signal).once(name, { a: 3 }, brokenOff)).rejects.toThrow('Ctrl-C');
    expect(await lab({ kept: true }).once(name, { a: 3 }, work)).toBeUndefined();
  });

  test('says that --only names no row', async () => {
    const [none, some] = [lab({ only: /thrid/ }), lab({ only: /ro/ })];
    for (const one of [none, some]) await one.train(plan());
    expect(() => none.checkOnly('report-9')).toThrow(
      '[report-9] --only thrid matches no row; there are: row.',
    );
    expect(() => some.checkOnly('report-9')).not.toThrow();
  });

  test('leaves the results of another study alone', async () => {
    const folder = mkdtempSync(join(out, 'taken-'));
    await prepareFolder(folder, 'report-1');
    writeFileSync(join(folder, 'results.json'), '{\n "study": "report-1"');
    await prepareFolder(folder, 'report-1');
    await expect(prepareFolder(folder, 'report-2')).rejects.toThrow(
      /^\[report-2\] '.*' has the results of report-1; choose another with --out/,
    );
  });

  test('does not take a wrong folder of data for one without data', async () => {
    await checkData(undefined, 'report-9');
    await checkData(out, 'report-9');
    const fix = '; give --data the folder of the data sets.';
    await expect(checkData(join(out, 'nope'), 'report-9')).rejects.toThrow(
      `[report-9] cannot read '${join(out, 'nope')}': ENOENT: no such file or directory, stat '${join(out, 'nope')}'${fix}`,
    );
    const file = join(out, 'file');
    writeFileSync(file, '');
    await expect(checkData(file, 'report-9')).rejects.toThrow(`'${file}': it is no folder${fix}`);
  });

  test('stops between runs when it is interrupted', async () => {
    const interrupted = new AbortController();
    interrupted.abort(new Error('Ctrl-C'));
    await expect(lab({}, interrupted.signal).train({ ...plan(), name: 'other' })).rejects.toThrow('Ctrl-C');
  });

  test('writes what was found', async () => {
    const one = lab();
    const runs = await one.train(plan());
    one.table({
      title: 'Rows',
      columns: [{ label: 'loss', of: (run) => run.test['loss'] as number }],
      rows: [{ name: 'row', runs, published: '99' }],
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
    expect(page).toContain('- **Holds.** Losses fall: they do.');
    expect(page.indexOf('Losses fall')).toBeLessThan(page.indexOf('## Rows'));
    expect(page).toContain('![Loss per epoch](pictures/loss.svg)');
    expect(readFileSync(join(out, 'pictures/loss.svg'), 'utf8')).toContain('<svg');
    const json = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(json.tables[0].rows[0].runs.map((run: { seed: number }) => run.seed)).toEqual([1, 2]);
    expect(json.notReached).toEqual([{ table: 'Rows', row: 'row', figure: 'loss' }]);
  });

  test('takes what is not run again from earlier results, and says so', async () => {
    const description = { name: 'report-9', title: 'A study', about: 'About it.', program: import.meta.url };
    const [before, after] = ['before', 'after'].map((name) => join(out, name)) as [string, string];
    const write = async (
      one: Lab,
      rows: Readonly<Record<string, readonly Measurement[]>>,
      more: string,
    ): Promise<string> => {
      one.table({
        title: 'Rows',
        columns: [{ label: 'test %', of: (run) => 100 * (run.test['accuracy'] as number) }],
        rows: Object.entries(rows).map(([name, runs]) => ({ name, note: 'so', runs, published: '50' })),
      });
      one.textTable({ title: more, columns: ['a'], rows: [['b']] });
      const [second, third] = [rows['second'] ?? [], rows['third'] ?? []];
      const figure = (run: Measurement) => run.test['accuracy'] as number;
      one.claim('Second is better', [greater(['second', second], ['first', rows['first'] ?? []], figure)]);
      one.claim('Third is better', [greater(['third', third], ['second', second], figure)]);
      const point = [{ x: 0, y: 1 }];
      one.picture(
        more,
        `Picture ${more}`,
        lineChart({ title: more, series: [{ name: 'a', points: point }] }),
      );
      await writeResults(one, description);
      return readFileSync(join(one.options.out, 'RESULTS.md'), 'utf8');
    };
    await write(lab({ out: before }), { first: runsWith(0.5, 0.52), second: runsWith(0.9, 0.91) }, 'old');
    const again = lab({ out: after, earlier: before });
    const page = await write(again, { first: [], second: runsWith(0.8), third: [] }, 'new');
    expect(page).toContain('| first (so) | 50 | 51.00 ± 1.41 | 2 | 2.0 |');
    expect(page).toContain('| second (so) | 50 | 80.00 | 1 | 2.0 |');
    expect(page).toContain('| third (so) | 50 | not run | 0 |  |');
    expect(page).toContain(
      'Of earlier results, as they were: first of "Rows"; "old"; conclusions "Second is better"; pictures "Picture old".',
    );
    expect(page).toContain('- **Holds.** Second is better: ');
    expect(page).toContain(
      '- **Not decided.** Third is better: third against second: not run with the same seed.',
    );
    expect(page).toContain('## old');
    expect(page).toContain('![Picture old](pictures/old.svg)');
    const picture = (folder: string) => readFileSync(join(folder, 'pictures/old.svg'), 'utf8');
    expect(picture(after)).toBe(picture(before));
    const rowsOf = (folder: string) =>
      (JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as { tables: { rows: unknown[] }[] })
        .tables[0]!.rows;
    expect(rowsOf(after)[0]).toEqual(rowsOf(before)[0]);
    expect(rowsOf(after)[1]).not.toEqual(rowsOf(before)[1]);
    // Also in its own folder.
    const same = await write(lab({ out: after, earlier: after }), { first: [] }, 'new');
    expect(same).toContain('| first (so) | 50 | 51.00 ± 1.41 | 2 | 2.0 |');
    expect(picture(after)).toBe(picture(before));
    await expect(write(lab({ earlier: join(out, 'nowhere') }), {}, 'x')).rejects.toThrow(
      /cannot take over the results of '.*nowhere'/,
    );
  });

  test('says how many published figures are judged at all', () => {
    const pageOf = (published: string, ...accuracies: number[]) => {
      const one = lab();
      one.table({
        title: 'Rows',
        columns: [{ label: 'test %', of: (run) => 100 * (run.test['accuracy'] as number) }],
        rows: [{ name: 'row', runs: runsWith(...accuracies), published }],
      });
      const description = { name: 'report-9', title: 'A study', about: '', program: import.meta.url };
      return resultsPage(one, description, { pictures: [], notes: '', peers: [] });
    };
    expect(pageOf('90', 0.9)).toContain('1 published figure cannot be judged');
    expect(pageOf('90', 0.89, 0.92)).toContain(
      'Of 1 published figure that more than one run measured, 1 could have come from a further run here, 0 could not.',
    );
    expect(pageOf('99', 0.9, 0.901)).toContain('| Rows: row | test % | 99 | 90.05 ± 0.07 | -8.95 |');
  });
});
