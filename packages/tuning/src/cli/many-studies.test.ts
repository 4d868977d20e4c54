import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveLivePage } from '@espalier/core/internal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { float } from '../space/distributions.js';
import { space } from '../space/space.js';
import { journalStorage } from '../storage/journal-storage.js';
import { sqliteStorage } from '../storage/sqlite-storage.js';
import { createStudy } from '../study/create-study.js';
import type { StudyStorage } from '../study/study-storage.js';
import { runCli } from './run-cli.js';

let folder: string;
let database: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-'));
  database = join(folder, 'all.db');
  await search(journalStorage(join(folder, 'deep/er/one.jsonl')), 2, '<script>alert(1)</script>');
  await search(sqliteStorage(database, { study: 'first & <b>' }), 3);
  await search(sqliteStorage(database, { study: 'second' }), 4);
  await writeFile(join(folder, 'log.jsonl'), '{"epoch":0,"loss":1}\n');
  await writeFile(join(folder, 'notes.jsonl'), 'no JSON\n');
  await writeFile(join(folder, 'empty.db'), '');
  await writeFile(join(folder, 'torn.jsonl'), '{"type":"study"}\nwhat is this\n');
  await mkdir(join(folder, '.hidden'));
  await search(journalStorage(join(folder, '.hidden/not.jsonl')), 1);
});
afterAll(() => rm(folder, { recursive: true }));

async function search(storage: StudyStorage, trials: number, name = 'study') {
  const study = await createStudy({ space: space({ a: float(0, 1) }), storage, name, seed: 1 });
  await study.optimize(({ number }) => number, { trials, stopOnInterrupt: false });
  await study.close();
}

async function run(...args: string[]): Promise<string> {
  const lines: string[] = [];
  await runCli(args, {
    print: (text) => void lines.push(text),
    run: ({ command }) => Promise.resolve(command.length),
    serve: () => Promise.reject(new Error('nothing is served here')),
    untilInterrupted: () => Promise.resolve(),
  });
  return lines.join('\n');
}

test('a study of a file of SQLite is read by its name', async () => {
  expect(await run('show', database, '--study', 'second')).toContain('4 complete');
  expect(await run('best', database, '--study=first & <b>')).toMatch(/^trial 0: 0\n/);
  expect(await run('resume', database, '--study', 'second')).toMatch(/^resuming: .*node/);
  await expect(run('show', folder)).rejects.toThrow(/it is a folder, of which watch shows all studies/);
  await expect(run('show', database)).rejects.toThrow(
    /holds 'first & <b>', 'second'; name one of them by --study/,
  );
  await expect(run('show', database, '--study', 'secnd')).rejects.toThrow(/Did you mean 'second'\?/);
  const journal = join(folder, 'deep/er/one.jsonl');
  await expect(run('show', journal, '--study', 'x')).rejects.toThrow(/is a journal, which holds one study/);
});

test('watch serves a list of the studies of a folder and a page of each, and follows them', async () => {
  const lines: string[] = [];
  await runCli(['watch', folder], {
    print: (text) => void lines.push(text),
    run: () => Promise.resolve(1),
    serve: (options) => serveLivePage({ ...options, every: 10 }),
    async untilInterrupted() {
      const address = lines[0]!.split(' ')[0]!;
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const page = async (path = '') => (await fetch(address + path)).text();
      const list = await page();
      const rows = [...list.matchAll(/<th scope="row">(.*?)<\/th><td[^>]*>(.*?)<\/td><td>(.*?)<\/td>/g)];
      expect(rows.map(([, place, name, trials]) => [place!.replace(/<[^>]*>/g, ''), name, trials])).toEqual([
        ['all.db: first &amp; &lt;b&gt;', 'study', '3 complete'],
        ['all.db: second', 'study', '4 complete'],
        ['deep/er/one.jsonl', '&lt;script&gt;alert(1)&lt;/script&gt;', '2 complete'],
        ['torn.jsonl', expect.stringMatching(/line 2 of .* is not an event of a study/), '–'],
      ]);
      expect(list).not.toContain('<script>alert');

      const links = [...list.matchAll(/<a href="\/(study[^"]*)"/g)].map(([, link]) => link!);
      expect(links).toHaveLength(3);
      expect(await page(links[1])).toContain('4 complete');
      expect(await page(links[2])).toContain('2 complete');
      for (const path of ['study/none', 'study/%2e%2e%2fall.db', 'study/torn.jsonl', '../all.db', 'all.db'])
        expect((await fetch(address + path)).status).toBe(404);
      // A page from elsewhere, whose name leads here, gets nothing.
      const status = await new Promise((resolve) => {
        get(address, { headers: { host: 'elsewhere.example' } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
      });
      expect(status).toBe(403);

      const changes = (await fetch(`${address}changes`))
        .body!.pipeThrough(new TextDecoderStream())
        .getReader();
      expect((await changes.read()).value).toBe(':\n\n');
      await search(journalStorage(join(folder, 'new.jsonl')), 1);
      expect((await changes.read()).value).toMatch(/^data: changed/);
      await appendFile(
        join(folder, 'new.jsonl'),
        '{"type":"start","trial":1,"horizon":1,"parameters":{"a":0.5},"at":0}\n',
      );
      await changes.read();
      expect(await page()).toContain('new.jsonl');
      expect(await page('study/new.jsonl')).toContain('1 complete, 1 running');
      await changes.cancel();
    },
  });
});

test('a folder without studies says so', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'espalier-'));
  await runCli(['watch', empty], {
    print: () => {},
    run: () => Promise.resolve(1),
    async serve({ render }) {
      expect(await render()).toContain('none yet; this page shows them as they come');
      return { address: '', close: () => Promise.resolve() };
    },
    untilInterrupted: () => Promise.resolve(),
  });
  await rm(empty, { recursive: true });
});
