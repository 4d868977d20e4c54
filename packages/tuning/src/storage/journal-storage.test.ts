import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stream } from '@espalier/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStudy } from '../study/create-study.js';
import { delays, outcome, searchObjective, searchOptions } from '../study/search.fixture.js';
import { journalStorage } from './journal-storage.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-'));
  path = join(folder, 'runs', 'search.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const quiet = { stopOnInterrupt: false };
const open = () => createStudy(searchOptions({ storage: journalStorage(path) }));

test('a study is kept, with numbers that JSON does not have', async () => {
  const study = await open();
  const trial = await study.ask();
  await trial.report(NaN, { step: 0 });
  await study.tell(trial, Infinity);
  await study.enqueue({ x: 0.5 });
  await study.optimize(searchObjective(delays(1)), { trials: 9, parallel: 2, ...quiet });
  await study.close();
  const again = await open();
  expect(again.trials).toEqual(study.trials);
  expect(again.trials[0]!.values).toEqual([Infinity]);
  await again.close();
  const lines = (await readFile(path, 'utf8')).split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((each) => (JSON.parse(each) as { type: string }).type).slice(0, 4)).toEqual([
    'study',
    'program',
    'start',
    'report',
  ]);
});

test('a file that ends after any byte opens with its whole lines and goes on as if it had not ended', async () => {
  const whole = await open();
  await whole.optimize(searchObjective(), { trials: 8, parallel: 2, ...quiet });
  await whole.close();
  const bytes = await readFile(path);
  // Every byte of the first lines and of the last ones, and some between.
  const dense = (at: number) => at < 900 || at > bytes.length - 300;
  for (let length = 0; length < bytes.length; length += dense(length) ? 1 : 41) {
    const cut = join(folder, 'cut.jsonl');
    await writeFile(cut, bytes.subarray(0, length));
    const storage = journalStorage(cut);
    const events = await storage.open();
    const lines = bytes.subarray(0, length).toString('latin1').split('\n').length - 1;
    expect(events.length).toBe(lines);
    await storage.close();
    expect((await stat(cut)).size).toBe(bytes.subarray(0, length).lastIndexOf(10) + 1);
    if (length % 300 >= 41 || (dense(length) && length % 300 !== 0)) continue;
    const study = await createStudy(searchOptions({ storage: journalStorage(cut) }));
    await study.optimize(searchObjective(delays(length)), { trials: 8, parallel: 2, ...quiet });
    await study.close();
    expect(outcome(study)).toEqual(outcome(whole));
  }
});

test('a damaged line is named', async () => {
  const study = await open();
  await study.optimize(searchObjective(), { trials: 2, ...quiet });
  await study.close();
  const text = await readFile(path, 'utf8');
  const lines = text.split('\n');
  await writeFile(path, [...lines.slice(0, 2), lines[2]!.slice(1), ...lines.slice(3)].join('\n'));
  await expect(open()).rejects.toMatchObject({
    code: 'checkpoint',
    message: expect.stringContaining("line 3 of '") as string,
  });
  await writeFile(path, [...lines.slice(0, 2), ...lines.slice(3)].join('\n'));
  await expect(open()).rejects.toThrow(/trial 0 is told of and does not run; it is damaged/);
  await writeFile(path, text);
  await (await open()).close();
});

test('entries are replaced and removed whole', async () => {
  const storage = journalStorage(path);
  await storage.open();
  expect(await storage.entries()).toEqual([]);
  await storage.write('trial-0-a/b', Uint8Array.of(1, 2));
  await storage.write('trial-0-a/b', Uint8Array.of(3));
  await writeFile(join(`${path}.checkpoints`, 'trial-0-c.tmp'), 'torn');
  expect(await storage.entries()).toEqual(['trial-0-a/b']);
  expect([...(await storage.read('trial-0-a/b'))!]).toEqual([3]);
  await storage.remove('trial-0-a/b');
  expect(await storage.read('trial-0-a/b')).toBeUndefined();
  await storage.close();
});

describe('the lock', () => {
  const lock = () => `${path}.lock`;
  const owner = (change: object) =>
    JSON.stringify({ pid: process.pid, host: hostname(), started: null, token: 'other', ...change });

  test('keeps a second one out, of this process too, until the first is closed', async () => {
    const study = await open();
    await expect(open()).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining(`the study is open in process ${process.pid} of`) as string,
    });
    await study.close();
    await (await open()).close();
    expect(await readdir(join(folder, 'runs'))).toEqual(['search.jsonl']);
  });

  test('of another machine, or one that cannot be read, is not broken', async () => {
    await (await open()).close();
    for (const text of [owner({ host: 'elsewhere', pid: 1 }), 'not ours']) {
      await writeFile(lock(), text);
      await expect(open()).rejects.toThrow(/If that process is gone, remove '.*search.jsonl.lock'/);
      expect(await readFile(lock(), 'utf8')).toBe(text);
    }
  });

  test('of a process that is gone is broken, also where its number is used again', async () => {
    await (await open()).close();
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    for (const text of [owner({ pid: child.pid }), owner({ started: 'long ago' }), '']) {
      await writeFile(lock(), text);
      await (await open()).close();
    }
    expect(await readdir(join(folder, 'runs'))).toEqual(['search.jsonl']);
  });

  test('that somebody took is told before anything is written', async () => {
    const study = await open();
    await writeFile(lock(), owner({}));
    await expect(study.enqueue({ x: 1 })).rejects.toThrow(/was taken by somebody else/);
    expect((await readFile(path, 'utf8')).split('\n').length).toBe(3);
    await study.close();
    expect(await readFile(lock(), 'utf8')).toBe(owner({}));
  });
});

test.each([
  ['a folder in the way', async () => void (await (await open()).close()), () => join(path, 'a.jsonl')],
  ['a place that is a folder', async () => {}, () => folder],
])('%s is an io error', async (_, prepare, place) => {
  await prepare();
  await expect(journalStorage(place()).open()).rejects.toMatchObject({
    code: 'io',
    scope: 'journal-storage',
  });
});

test('a browser is told to keep it in memory', async () => {
  vi.stubGlobal('process', { env: {} });
  const opening = journalStorage(path).open();
  await expect(opening.finally(() => vi.unstubAllGlobals())).rejects.toThrow(
    /use memoryStorage\(\) in a browser/,
  );
});

test('it is used between open and close', async () => {
  expect(() => journalStorage('')).toThrow(/path must be/);
  expect(() => journalStorage(path).append({ type: 'enqueue', fixed: {} })).toThrow(/must be open/);
});

describe('real processes', () => {
  const program = fileURLToPath(new URL('./journal-program.fixture.ts', import.meta.url));

  function start(speed: number): ChildProcess {
    const node = ['--conditions=@espalier/source', '--import', 'tsx', program, path, String(speed)];
    return spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  test('killed at random moments, again and again: no trial is lost and none is doubled', async () => {
    const whole = await createStudy(searchOptions());
    await whole.optimize(searchObjective(), { trials: 30, parallel: 3, ...quiet });
    const random = stream(1, 'kills');
    let kills = 0;
    for (let done = false; !done;) {
      // It says a word for each thing that it does; it is killed at one of those, and writes on meanwhile.
      const child = start(kills);
      const exited = once(child, 'exit');
      let words = 0;
      const last = kills < 6 ? 1 + random.integer(8) : Infinity;
      for await (const word of createInterface({ input: child.stdout! })) {
        if (word === 'done') done = true;
        if (++words === last) child.kill('SIGKILL');
      }
      const [, signal] = (await exited) as [number, string | null];
      if (signal === 'SIGKILL') kills++;
      else expect(done).toBe(true);
    }
    expect(kills).toBeGreaterThan(3);
    const study = await open();
    expect(outcome(study)).toEqual(outcome(whole));
    await study.close();
    const types = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each) as { type: string; trial: number });
    for (const type of ['start', 'finish']) {
      const numbers = types.filter((event) => event.type === type).map(({ trial }) => trial);
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (__, i) => i));
    }
    expect(await readdir(`${path}.checkpoints`)).toEqual([]);
  });

  test('two at once: one has the study, the other is told', async () => {
    const study = await open();
    const child = start(0);
    const words: string[] = [];
    for await (const word of createInterface({ input: child.stdout! })) words.push(word);
    expect(words).toEqual([
      `refused: [journal-storage] the study is open in process ${process.pid} of ${hostname()}`,
    ]);
    await study.close();
  });
});

test('a file that was emptied while it was open is refused', async () => {
  const study = await open();
  await truncate(path, 0);
  await study.enqueue({ x: 1 });
  await study.close();
  // What is left is no study, and it is said so.
  await expect(open()).rejects.toThrow(/cannot resume the study of '.*': it holds no study of this version/);
});
