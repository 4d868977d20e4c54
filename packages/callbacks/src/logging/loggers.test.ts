import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint, EpochLogs, Plugin } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { csvLogger } from './csv-logger.js';
import { jsonlLogger } from './jsonl-logger.js';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'espalier-'));
  path = join(directory, 'runs', 'log');
});
afterEach(() => rm(directory, { recursive: true }));

const EPOCHS: EpochLogs[] = [
  { loss: 0.1 + 0.2, val_loss: 1 },
  { loss: NaN, val_loss: -Infinity },
  { loss: 1e-300, val_loss: 0 },
  { loss: 2, val_loss: 3 },
];
const play = (plugin: Plugin, epochs = EPOCHS, more = {}) =>
  scriptedRun({ plugins: [plugin], epochs, learningRate: 0.5, ...more });
const text = (): Promise<string> => readFile(path, 'utf8');

const CSV = [
  'epoch,loss,val_loss,learning_rate',
  '0,0.30000000000000004,1,0.5',
  '1,NaN,-Infinity,0.5',
  '2,1e-300,0,0.5',
  '3,2,3,0.5',
  '',
].join('\n');
const JSONL = [
  '{"epoch":0,"loss":0.30000000000000004,"val_loss":1,"learning_rate":0.5}',
  '{"epoch":1,"loss":"NaN","val_loss":"-Infinity","learning_rate":0.5}',
  '{"epoch":2,"loss":1e-300,"val_loss":0,"learning_rate":0.5}',
  '{"epoch":3,"loss":2,"val_loss":3,"learning_rate":0.5}',
  '',
].join('\n');

describe.each([
  ['csvLogger', csvLogger, CSV, 'csv-logger'],
  ['jsonlLogger', jsonlLogger, JSONL, 'jsonl-logger'],
] as const)('%s', (_, make, whole, scope) => {
  test('writes a line for each epoch', async () => {
    expect((await play(make({ path }))).error).toBeUndefined();
    expect(await text()).toBe(whole);
  });

  test('each line is in the file when its epoch has ended', async () => {
    const lines: number[] = [];
    const reader: Plugin = {
      name: 'reader',
      enforce: 'post',
      onEpochEnd: async () => void lines.push((await text()).split('\n').length - 1),
    };
    await scriptedRun({ plugins: [make({ path }), reader], epochs: EPOCHS });
    const first = whole.startsWith('epoch') ? 2 : 1;
    expect(lines).toEqual([first, first + 1, first + 2, first + 3]);
  });

  test('a new run overwrites, and so does a second run of the same plugin', async () => {
    const plugin = make({ path });
    await play(plugin);
    await play(plugin);
    expect(await text()).toBe(whole);
    await play(make({ path }), EPOCHS.slice(0, 1));
    expect((await text()).split('\n')).toHaveLength(whole.startsWith('epoch') ? 3 : 2);
  });

  test.each([
    ['as it was', ''],
    ['with a torn line', whole.split('\n').at(-3)!.slice(0, 3)],
    ['with a torn line that looks whole', '1,'],
    ['with a later epoch', `${whole.split('\n').at(-3)!}\n`],
    ['with rubbish', 'null\n'],
  ])('goes on with the file %s', async (__, added) => {
    const { checkpoint } = await play(make({ path }), EPOCHS.slice(0, 2));
    await appendFile(path, added);
    const resumed = await play(make({ path }), EPOCHS, { from: checkpoint });
    expect(resumed.error).toBeUndefined();
    expect(await text()).toBe(whole);
  });

  test('goes on without the file, or with a torn header', async () => {
    const { checkpoint } = await play(make({ path }), EPOCHS.slice(0, 2));
    for (const content of ['', whole.slice(0, 3)]) {
      await writeFile(path, content);
      await play(make({ path }), EPOCHS, { from: checkpoint });
      expect(await text()).toBe(whole);
    }
  });

  test('resumed where nothing is left to train, it is whole again', async () => {
    const { checkpoint } = await play(make({ path }));
    await writeFile(path, whole.slice(0, -5));
    expect((await play(make({ path }), EPOCHS, { from: checkpoint })).error).toBeUndefined();
    expect(await text()).toBe(whole);
  });

  test('killed between a checkpoint and its line, it has the line after resuming', async () => {
    // The checkpoint is taken before the logger's own hook, as that of `[modelCheckpoint, logger]` is.
    let taken: Checkpoint | undefined;
    const saver: Plugin = {
      name: 'saver',
      enforce: 'post',
      async onEpochEnd(run) {
        if (run.epoch === 1) taken = await run.checkpoint();
      },
    };
    await scriptedRun({ plugins: [saver, make({ path })], epochs: EPOCHS, learningRate: 0.5 });
    await writeFile(
      path,
      whole
        .split('\n')
        .slice(0, whole.startsWith('epoch') ? 2 : 1)
        .join('\n') + '\n',
    );
    await scriptedRun({ plugins: [saver, make({ path })], epochs: EPOCHS, learningRate: 0.5, from: taken! });
    expect(await text()).toBe(whole);
  });

  test('metrics whose names are numbers stay under their headings, also resumed', async () => {
    const epochs = [
      { '2': 0.2, '10': 0.1, '0': 0 },
      { '2': 1.2, '10': 1.1, '0': 1 },
    ];
    const { checkpoint } = await play(make({ path }), epochs.slice(0, 1));
    await play(make({ path }), epochs, { from: checkpoint });
    const lines = (await text()).trimEnd().split('\n');
    const rows = lines.map((line) =>
      line.startsWith('{') ? (JSON.parse(line) as Record<string, number>) : line.split(','),
    );
    if (Array.isArray(rows[0])) {
      const [header, ...values] = rows as string[][];
      const named = values.map((row) =>
        Object.fromEntries(row.map((value, i) => [header![i], Number(value)])),
      );
      expect(named).toEqual([
        { epoch: 0, ...epochs[0], learning_rate: 0.5 },
        { epoch: 1, ...epochs[1], learning_rate: 0.5 },
      ]);
    } else
      expect(rows).toEqual([
        { epoch: 0, ...epochs[0], learning_rate: 0.5 },
        { epoch: 1, ...epochs[1], learning_rate: 0.5 },
      ]);
  });

  test('a file that cannot be written fails before the first step', async () => {
    await writeFile(join(directory, 'runs'), '');
    let steps = 0;
    const result = await play(make({ path }), EPOCHS, { duringStep: () => void steps++ });
    expect(result.error).toMatchObject({ code: 'io', scope });
    expect(String(result.error)).toContain(`cannot write to '${path}'`);
    expect(steps).toBe(0);
  });

  test('has what plugins before and after it in the list log', async () => {
    const logger: Plugin = { name: 'other', logs: ['extra'], onEpochEnd: (run) => run.log('extra', 7) };
    const epochs = [{ loss: 1, extra: 0 }];
    await scriptedRun({ plugins: [make({ path }), logger], epochs });
    expect(await text()).toMatch(/7/);
  });

  test.each([[{ path: '' }], [{ path: 3 as never }], [{ path: 'x', name: '' }]])('refuses %j', (options) => {
    expect(() => make(options)).toThrow(`[${scope}]`);
  });
});

describe('csvLogger', () => {
  test('quotes names, and leaves missing values empty', async () => {
    await play(csvLogger({ path }), [{ 'a,"b"': 1 }, { c: 2 }]);
    expect(await text()).toBe('epoch,"a,""b""",c,learning_rate\n0,1,,0.5\n1,,2,0.5\n');
  });

  test('goes on where the name of a column has line breaks', async () => {
    const lines = [{ 'a\nb': 1 }, { 'a\nb': 2 }];
    const { checkpoint } = await play(csvLogger({ path }), lines);
    const { error } = await play(csvLogger({ path }), [...lines, { 'a\nb': 3 }], { from: checkpoint });
    expect(error).toBeUndefined();
    expect(await text()).toMatch(/^epoch,.*"a\nb".*\n0,(.|\n)*\n2,/);
  });

  test('does not mix its lines with other columns', async () => {
    const { checkpoint } = await play(csvLogger({ path }), EPOCHS.slice(0, 2));
    const other = await play(csvLogger({ path }), [{}, {}, { accuracy: 1 }], { from: checkpoint });
    expect(other.error).toMatchObject({ code: 'invalid-option', scope: 'csv-logger' });
    expect(String(other.error)).toContain('its columns are epoch,loss,val_loss,learning_rate');
    expect((await text()).split('\n')).toHaveLength(4);
  });
});
