import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveLivePage } from '@espalier/core/internal';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { journalStorage } from '../storage/journal-storage.js';
import { createStudy } from '../study/create-study.js';
import { searchObjective, searchOptions } from '../study/search.fixture.js';
import type { ProgramEvent } from '../study/study-event.js';
import { float } from '../space/distributions.js';
import { space } from '../space/space.js';
import { runCli } from './run-cli.js';

let folder: string;
let path: string;
let front: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-'));
  [path, front] = [join(folder, 'search.jsonl'), join(folder, 'front.jsonl')];
  const study = await createStudy(searchOptions({ storage: journalStorage(path), name: 'lines' }));
  await study.optimize(searchObjective(), { trials: 30, stopOnInterrupt: false });
  // Left open, with a line that is not whole yet.
  await appendFile(path, '{"type":"fin');
  const two = await createStudy({
    space: space({ a: float(0, 1) }),
    direction: ['minimize', 'maximize'],
    storage: journalStorage(front),
  });
  await two.optimize(({ number }) => [number, number % 3], { trials: 4, stopOnInterrupt: false });
  await two.close();
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ status: number; text: string; ran: ProgramEvent[] }> {
  const lines: string[] = [];
  const ran: ProgramEvent[] = [];
  const status = await runCli(args, {
    print: (text) => void lines.push(text),
    run: async (program) => {
      ran.push(program);
      return 3;
    },
    serve: () => Promise.reject(new Error('nothing is served here')),
    untilInterrupted: () => Promise.resolve(),
  });
  return { status, text: lines.join('\n'), ran };
}

test('show lists all trials of a study that is in use', async () => {
  const { status, text } = await run('show', path);
  const lines = text.split('\n');
  expect(status).toBe(0);
  expect(lines[0]).toBe('study      lines (minimize, seed 3)');
  expect(lines[1]).toBe('sampler    tpe, pruner median-pruner');
  expect(lines[2]).toMatch(/^trials {5}\d+ complete, \d+ pruned, \d+ failed$/);
  expect(lines[4]).toMatch(/^trial {2}state +value +kind +x +slope$/);
  expect(lines.length).toBe(6 + 30);
  const { header, trials } = JSON.parse((await run('show', path, '--json')).text) as {
    header: { name: string };
    trials: { number: number }[];
  };
  expect(header.name).toBe('lines');
  expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, i) => i));
});

test('best names the parameters of the best trial, or the front', async () => {
  const { best } = JSON.parse((await run('report', path, '--json')).text) as {
    best: [{ number: number; parameters: { kind: string; x: number } }];
  };
  const { text } = await run('best', path);
  expect(text).toMatch(new RegExp(`^trial ${best[0].number}: -?\\d`));
  expect(text).toContain(`\n  x = ${best[0].parameters.x}`);
  expect((await run('best', front)).text.match(/^trial \d: .*/gm)).toEqual([
    'trial 0: 0, 0',
    'trial 1: 1, 1',
    'trial 2: 2, 2',
  ]);
});

test('report has progress, importances and failures', async () => {
  const { text } = await run('report', path);
  const report = JSON.parse((await run('report', path, '--json')).text) as {
    progress: { number: number; value: number }[];
    importances: Record<string, number>;
    failures: { message: string }[];
    best: { number: number }[];
  };
  const values = report.progress.map(({ value }) => value);
  expect(values).toEqual([...values].sort((a, b) => b - a));
  expect(report.progress.at(-1)!.number).toBe(report.best[0]!.number);
  expect(Object.keys(report.importances).sort()).toEqual(['kind', 'x']);
  expect(report.failures[0]!.message).toMatch(/^trial \d+ is one of those that fail$/);
  for (const title of ['best', 'progress', 'importances', 'failures'])
    expect(text).toContain(`\n\n${title}\n`);
});

test('resume runs the program that made the study', async () => {
  const { status, ran, text } = await run('resume', path);
  expect(status).toBe(3);
  expect(ran[0]!.command).toEqual([process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
  expect(ran[0]!.cwd).toBe(process.cwd());
  expect(text).toContain(`resuming: ${process.execPath}`);
});

test('report --html writes one page with all pictures', async () => {
  const out = join(folder, 'search.html');
  expect((await run('report', path, '--html', out)).text).toBe(out);
  const html = await readFile(out, 'utf8');
  const titles = [...html.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, title]) =>
    title!.replace(/<[^>]*>/g, ''),
  );
  for (const title of [
    'History',
    'Importances',
    'Slices',
    'Parallel coordinates',
    'Values on the way',
    'Failures',
  ])
    expect(titles.some((one) => one.includes(title))).toBe(true);
  expect(html).toMatch(/trial \d+ is one of those that fail/);
});

test('watch serves the page to this machine, and says when the study has gone on', async () => {
  const lines: string[] = [];
  const seen: string[] = [];
  await runCli(['watch', front], {
    print: (text) => void lines.push(text),
    run: () => Promise.resolve(1),
    serve: (options) => serveLivePage({ ...options, every: 10 }),
    async untilInterrupted() {
      const address = lines[0]!.split(' ')[0]!;
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect(await (await fetch(address)).text()).toContain('4 complete');
      const changes = (await fetch(`${address}changes`))
        .body!.pipeThrough(new TextDecoderStream())
        .getReader();
      expect((await changes.read()).value).toBe(':\n\n');
      await appendFile(front, '{"type":"start","trial":4,"horizon":4,"parameters":{"a":0.5},"at":0}\n');
      seen.push((await changes.read()).value!);
      expect(await (await fetch(address)).text()).toContain('4 complete, 1 running');
      await changes.cancel();
    },
  });
  expect(seen).toEqual(['data: changed\n\n']);
});

describe('what is wrong is told', () => {
  test.each([
    [['shwo', 'a'], /there is no command 'shwo'. Did you mean 'show'\?/],
    [['show'], /show takes the path of one study/],
    [['show', 'a', 'b'], /show takes the path of one study/],
    [['show', 'a', '--yaml'], /there is no option --yaml/],
    [['watch', 'a', '--port', 'x'], /--port must be a number/],
    [['watch', '/nowhere'], /cannot read the study '\/nowhere' \(there is no such file\)/],
    [['show', 'a', '--html', 'b'], /--html goes with report, not with show/],
    [['report', 'a', '--html'], /--html needs a value/],
    [['report', 'a', '--html', 'b', '--json'], /two kinds of report/],
    [['best', '/nowhere.jsonl'], /cannot read the study '\/nowhere.jsonl' \(there is no such file\)/],
  ])('%j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('a file that is no study', async () => {
    const other = join(folder, 'other.jsonl');
    await writeFile(other, '');
    await expect(run('show', other)).rejects.toThrow(/holds no study yet/);
    await writeFile(other, 'a,b\n');
    await expect(run('show', other)).rejects.toThrow(/line 1 of '.*' is not an event of a study/);
    await expect(run('resume', path, '--json')).rejects.toThrow(
      /--json goes with show, best, report, not with resume/,
    );
  });

  test('nothing is asked: how to ask', async () => {
    for (const args of [[], ['--help'], ['show', '--help']])
      expect((await run(...args)).text).toContain('usage: npx @espalier/tuning COMMAND STUDY');
  });
});
