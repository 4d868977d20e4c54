import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { csvLogger, folderStore, jsonlLogger, latestCheckpoint, modelCheckpoint } from '@espalier/callbacks';
import { compose } from '@espalier/core';
import { lockFile, nodeFiles } from '@espalier/core/internal';
import { scriptedRun } from '@espalier/testkit';
import { root } from '../support/workspaces.js';

/*
 * Two programs never write into one folder: real processes, one of which has the folder.
 */
let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'espalier-'))));
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const program = join(root, 'testing/resume/writing-run.ts');

function start(mode?: string): ChildProcess {
  const args = ['--conditions=@espalier/source', '--import', 'tsx', program, folder];
  const child = spawn(process.execPath, mode ? [...args, mode] : args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** Every line of a program that ends. */
async function linesOf(child: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) lines.push(line);
  return lines;
}

const firstLine = async (child: ChildProcess): Promise<string> =>
  ((await once(createInterface({ input: child.stdout! }), 'line')) as [string])[0];
const locks = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.lock')).sort();

test('a second program is refused by the name of the first, which is not disturbed, and Ctrl-C gives the folder free', async () => {
  const first = start('endless');
  await firstLine(first);
  expect(await linesOf(start())).toEqual([
    `refused: [model-checkpoint] onFitStart failed: 'checkpoints' of the folder '${folder}' is open in process ${first.pid} of ` +
      `${hostname()}; close it there first. If that process is gone, remove '${join(folder, '.checkpoints.lock')}'.`,
  ]);
  // Those who read need no lock.
  expect((await latestCheckpoint(folder))!.checkpoint.epoch).toBeGreaterThan(0);
  first.stdout!.resume();
  first.kill('SIGINT');
  await once(first, 'exit');
  expect(await locks()).toEqual([]);
  expect((await linesOf(start())).at(-1)).toBe('completed');
}, 60_000);

test('the lock of a program that was killed is broken', async () => {
  const first = start('endless');
  await firstLine(first);
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(await locks()).toEqual(['.checkpoints.lock', '.log.csv.lock']);
  expect((await linesOf(start())).at(-1)).toBe('completed');
  expect(await locks()).toEqual([]);
  const epochs = (await readFile(join(folder, 'log.csv'), 'utf8')).trim().split('\n').slice(1);
  expect(epochs.map((line) => line.split(',')[0])).toEqual(epochs.map((_, i) => String(i)));
}, 60_000);

test('a run that fails gives the folder free', async () => {
  expect((await linesOf(start('fails'))).at(-1)).toContain('on purpose');
  expect(await locks()).toEqual([]);
}, 60_000);

const EPOCHS = [{ loss: 2 }, { loss: 1 }];

test('plugins of one run share a folder, another run of the program is refused until it has ended', async () => {
  const store = folderStore(folder);
  const log = { store, entry: 'log.csv' };
  const plugins = () => [modelCheckpoint({ directory: folder }), csvLogger(log)];
  let second: unknown;
  let third: unknown;
  const { error, checkpoint } = await scriptedRun({
    plugins: [
      ...plugins(),
      modelCheckpoint({ store, monitor: 'loss', saveBestOnly: true, name: 'best' }),
      {
        name: 'meanwhile',
        async onEpochEnd() {
          second ??= (await scriptedRun({ plugins: [modelCheckpoint({ store })], epochs: EPOCHS })).error;
          third ??= (await scriptedRun({ plugins: [csvLogger(log)], epochs: EPOCHS })).error;
        },
      },
    ],
    epochs: EPOCHS,
  });
  expect(error).toBeUndefined();
  expect(second).toMatchObject({ code: 'io', scope: 'model-checkpoint' });
  for (const refused of [second, third])
    expect(String(refused)).toContain('is written by another run of this program that has not ended');
  const again = await scriptedRun({ plugins: plugins(), epochs: EPOCHS, from: checkpoint });
  expect(again.error).toBeUndefined();
  expect(await locks()).toEqual([]);
});

test('two logs of one run do not write into one file, whatever their folder is called', async () => {
  const path = join(folder, 'runs', 'log.csv');
  await mkdir(join(folder, 'runs'));
  await symlink(join(folder, 'runs'), join(folder, 'link'));
  for (const other of [jsonlLogger({ path }), csvLogger({ path, name: 'second' })]) {
    const { error } = await scriptedRun({ plugins: [csvLogger({ path }), other], epochs: EPOCHS });
    expect(String(error)).toContain(
      `'${path}' is written by another plugin of this run; give each a place of its own`,
    );
  }
  const again = csvLogger({ path: join(folder, 'link', 'log.csv'), name: 'second' });
  const { error } = await scriptedRun({ plugins: [csvLogger({ path }), again], epochs: EPOCHS });
  expect(String(error)).toContain('(this one)');
  expect((await scriptedRun({ plugins: [csvLogger({ path })], epochs: EPOCHS })).error).toBeUndefined();
});

test.each(['dead', 'torn'])('of many that find a %s lock one gets it', async (kind) => {
  const node = await nodeFiles('test', 'use Node');
  const dead = JSON.stringify({ pid: 2 ** 30, host: hostname(), started: null, token: 'gone' });
  for (let round = 0; round < 20; round++) {
    const path = join(folder, `${round}.lock`);
    await writeFile(path, kind === 'dead' ? dead : '');
    const tries = Array.from({ length: 8 }, () => lockFile({ path, what: 'it', scope: 'test', node }));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
  expect((await readdir(folder)).length).toBe(20);
});

test('a lock whose process number is another process by now is broken', async () => {
  const path = join(folder, 'log.csv');
  const owner = { pid: process.pid, host: hostname(), started: '1', token: '../../elsewhere' };
  await writeFile(join(folder, '.log.csv.lock'), JSON.stringify(owner));
  expect((await scriptedRun({ plugins: [csvLogger({ path })], epochs: EPOCHS })).error).toBeUndefined();
  expect(await locks()).toEqual([]);
  // What nobody can read is nobody's to remove.
  await writeFile(join(folder, '.log.csv.lock'), '{"pid":');
  const { error } = await scriptedRun({ plugins: [csvLogger({ path })], epochs: EPOCHS });
  expect(String(error)).toContain(
    `is open in another program; close it there first. If that process is gone, remove`,
  );
});

test('a loop of its own that broke off does not keep the next one out', async () => {
  for (let i = 0; i < 2; i++) {
    const loop = compose([csvLogger({ path: join(folder, 'log.csv') })]);
    await loop.fitStart();
    await loop.epochEnd({ loss: i });
  }
  expect(await locks()).toEqual(['.log.csv.lock']);
});
