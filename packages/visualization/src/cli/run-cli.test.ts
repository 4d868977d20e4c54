import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { serveLivePage } from '@espalier/core/internal';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { elements, parseMarkup, textOf } from '../../test/markup.js';
import { runCli } from './run-cli.js';

let folder: string;
let log: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-'));
  log = join(folder, 'baseline.jsonl');
  await writeFile(
    log,
    '{"epoch":0,"loss":2,"val_loss":3}\n{"epoch":1,"loss":"NaN","val_loss":2.5}\n{"epoch":2,"lo',
  );
  await mkdir(join(folder, 'with-decay'));
  await writeFile(
    join(folder, 'with-decay/log.csv'),
    'epoch,loss,"val, ""a"" loss",val_loss\n0,1.5,7,2.75\n1,1.25,,2\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

const nobody = {
  serve: () => Promise.reject(new Error('nothing is served here')),
  untilInterrupted: () => Promise.resolve(),
};

async function run(...args: string[]): Promise<string> {
  const lines: string[] = [];
  expect(await runCli(args, { ...nobody, print: (text) => void lines.push(text) })).toBe(0);
  return lines.join('\n');
}

async function summaryOf(file: string): Promise<string[]> {
  const all = elements(parseMarkup(await readFile(file, 'utf8')));
  return all
    .filter(({ tag }) => tag === 'th' || tag === 'td')
    .map(textOf)
    .slice(0, 21);
}

test('report writes the curves of logs of either kind, one of them in use', async () => {
  const out = join(folder, 'out/report.html');
  expect(await run('report', log, join(folder, 'with-decay'), '--out', out)).toBe(out);
  expect(await summaryOf(out)).toEqual([
    ...['run', 'epochs', 'val_loss', 'loss', 'val, "a" loss', 'best val_loss', 'at epoch'],
    ...['baseline', '2', '2.5', 'NaN', '\u2013', '2.5', '2'],
    ...['with-decay', '2', '2', '1.25', '\u2013', '2', '2'],
  ]);
  const html = await readFile(out, 'utf8');
  expect(html).toContain('<h1>baseline, with-decay</h1>');
  expect(html).toContain('aria-label="Loss, validation. Chart of 2 lines');
});

test('the record of one run says what made it and what was remarked', async () => {
  const record = {
    seed: 7,
    executor: 'eager (cpu)',
    setup: {
      losses: { output: { name: 'mse', config: { kind: 'mse' } } },
      optimizer: { name: 'sgd', config: { learningRate: 0.1, nesterov: false, momentum: null } },
      plugins: [{ name: 'early-stopping' }],
      options: { batchSize: 8, shuffle: true },
      data: { examples: 80, fingerprint: 'abc' },
      versions: { core: '0.1.0' },
    },
    epochs: [{ epoch: 0, loss: null }, { epoch: 1, loss: 0.5 }], // prettier-ignore
    events: [{ epoch: 1, step: 9, source: 'early-stopping', message: '<b>enough</b>' }],
    status: 'stopped',
    stopReason: 'val_loss did not improve',
  };
  const file = join(folder, 'record.json');
  await writeFile(file, JSON.stringify(record));
  const out = join(folder, 'one.html');
  await run('report', file, `--out=${out}`, '--title', 'One run');
  const all = elements(parseMarkup(await readFile(out, 'utf8')));
  const texts = (tag: string): string[] => all.filter((one) => one.tag === tag).map(textOf);
  expect(texts('h1')).toEqual(['One run']);
  expect(texts('div').filter((text) => /^(loss|optimizer|options|data)/.test(text))).toEqual([
    'lossmse',
    'optimizersgd (learningRate 0.1)',
    'optionsbatchSize 8, shuffle',
    'data80 examples, fingerprint abc',
  ]);
  expect(texts('td').slice(-2)).toEqual(['2', '<b>enough</b>']);
  expect(texts('p')).toContain('stopped: val_loss did not improve');
});

test('watch serves the page to this machine, and says when a run has gone on', async () => {
  const live = join(folder, 'live.jsonl');
  await writeFile(live, '{"epoch":0,"loss":4}\n');
  const lines: string[] = [];
  const seen: string[] = [];
  await runCli(['watch', live], {
    print: (text) => void lines.push(text),
    serve: (options) => serveLivePage({ ...options, every: 10 }),
    async untilInterrupted() {
      const address = lines[0]!.split(' ')[0]!;
      expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const page = await (await fetch(address)).text();
      expect(page).toContain("connect-src 'self'; script-src 'self' 'sha256-");
      const changes = (await fetch(`${address}changes`))
        .body!.pipeThrough(new TextDecoderStream())
        .getReader();
      expect((await changes.read()).value).toBe(':\n\n');
      await appendFile(live, '{"epoch":1,"loss":3}\n');
      seen.push((await changes.read()).value!);
      expect(await (await fetch(address)).text()).toContain('from 4 at 1 to 3 at 2');
      expect(await statusFor(address, 'evil.example')).toBe(403);
      expect((await fetch(`${address}../../etc/passwd`)).status).toBe(404);
      expect((await fetch(address, { method: 'POST' })).status).toBe(405);
      await writeFile(live, 'no longer a log\n');
      const broken = await fetch(address);
      expect([broken.status, await broken.text()]).toEqual([
        500,
        expect.stringContaining('line 1 is no epoch'),
      ]);
      await changes.cancel();
    },
  });
  expect(seen).toEqual(['data: changed\n\n']);
  await expect(fetch(lines[0]!.split(' ')[0]!)).rejects.toThrow('fetch failed');
});

/** What a page from elsewhere would get, whose name leads to this machine. */
const statusFor = (address: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) =>
    request(address, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end(),
  );

/** The rows of the summary, of the report of files that are written first. */
async function reportOf(files: Record<string, string>): Promise<{ rows: string[][]; html: string }> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const out = join(folder, 'of.html');
  await run('report', ...Object.keys(files).map((name) => join(folder, name)), '--out', out);
  const html = await readFile(out, 'utf8');
  const [table] = elements(parseMarkup(html)).filter(({ tag }) => tag === 'tbody');
  const rows = elements(table!).filter(({ tag }) => tag === 'tr');
  return { rows: rows.map((row) => elements(row).filter(({ tag }) => tag === 'th' || tag === 'td').map(textOf)), html }; // prettier-ignore
}

describe('logs as they come', () => {
  test('a run started again into the same file: what was run again stands, and a remark says so', async () => {
    const { rows, html } = await reportOf({
      'again.jsonl':
        '{"epoch":0,"loss":1}\n{"epoch":1,"loss":0.5}\n{"epoch":2,"loss":0.1}\n{"epoch":1,"loss":0.6}\n',
    });
    expect(rows).toEqual([['again', '2', '0.6', '0.6', '2']]);
    expect(html).toContain('went back from epoch 3 to epoch 2');
  });

  test('a last line without its end counts where it is whole; a mark of the byte order does not', async () => {
    const { rows } = await reportOf({ 'whole.jsonl': '\uFEFF{"epoch":0,"loss":1}\n{"epoch":1,"loss":0.5}' });
    expect(rows).toEqual([['whole', '2', '0.5', '0.5', '2']]);
  });

  test('a run that never was finite has a report without curves', async () => {
    const { rows, html } = await reportOf({ 'lost.jsonl': '{"epoch":0,"loss":"NaN"}\n' });
    expect(rows).toEqual([['lost', '1', 'NaN', '\u2013', '\u2013']]);
    expect(html).toContain('No metric was finite in any epoch.');
  });

  test('runs of one name are told apart by their paths, and the command that makes the page is on it', async () => {
    const { rows, html } = await reportOf({
      'seed 1/run.jsonl': '{"epoch":0,"loss":1}\n',
      'seed 2/run.jsonl': '{"epoch":0,"loss":2}\n',
    });
    expect(rows.map(([name]) => name)).toEqual([
      join(folder, 'seed 1/run.jsonl'),
      join(folder, 'seed 2/run.jsonl'),
    ]);
    const text = textOf(
      elements(parseMarkup(html))
        .filter(({ tag }) => tag === 'dd')
        .at(-1)!,
    );
    expect(text).toContain(`npx @espalier/visualization report '${join(folder, 'seed 1/run.jsonl')}'`);
  });

  test('what all runs share stands at the head, what is their own by their names', async () => {
    const record = (rate: number) =>
      JSON.stringify({
        seed: 7,
        setup: { optimizer: { name: 'sgd', config: { learningRate: rate } } },
        epochs: [{ epoch: 0, loss: rate }],
      });
    const { html } = await reportOf({ 'slow/record.json': record(0.1), 'fast/record.json': record(1) });
    const all = elements(parseMarkup(html));
    expect(all.filter(({ tag }) => tag === 'dt').map(textOf)).toEqual(['seed', 'command']);
    expect(all.filter(({ tag }) => tag === 'p').map(textOf)).toEqual([
      'Contents',
      'optimizer: sgd (learningRate 0.1)',
      'optimizer: sgd (learningRate 1)',
    ]);
  });

  test('a record of another version: what it has is shown', async () => {
    const { html } = await reportOf({
      'other/record.json':
        '{"epochs":[{"epoch":0,"loss":1}],"seed":null,"events":null,"setup":{"plugins":null,"data":{"examples":5},"versions":{"core":{"commit":1}},"new":1}}',
    });
    const all = elements(parseMarkup(html));
    expect(all.filter(({ tag }) => tag === 'dd').map(textOf).slice(0, 2)).toEqual(['5 examples', 'core {"commit":1}']); // prettier-ignore
  });

  test('watch waits for a run that has not ended an epoch', async () => {
    const empty = join(folder, 'empty.jsonl');
    await writeFile(empty, '');
    const pages: string[] = [];
    await runCli(['watch', empty, log], {
      print: () => undefined,
      serve: async ({ render }) => {
        pages.push(await render());
        await appendFile(empty, '{"epoch":0,"loss":1}\n');
        pages.push(await render());
        return { address: '', close: () => Promise.resolve() };
      },
      untilInterrupted: () => Promise.resolve(),
    });
    expect(pages.map((page) => page.includes('Not one epoch yet: empty'))).toEqual([true, false]);
  });
});

describe('what is wrong is told', () => {
  test.each([
    [['repotr', 'a'], /there is no command 'repotr'. Did you mean 'report'\?/],
    [['report'], /report takes the paths of one run or several/],
    [['report', 'a', '--outt', 'b'], /there is no option --outt. Did you mean '--out'\?/],
    [['report', 'a', '--port', '1'], /--port goes with watch, not with report/],
    [['report', 'a', '--out'], /--out needs a value/],
    [['watch', 'a', '--port', 'x'], /--port must be a number/],
    [['report', '/nowhere.jsonl'], /cannot read the run '\/nowhere.jsonl' \(there is no such file\)/],
  ])('%j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('files that hold something else', async () => {
    const file = async (name: string, text: string): Promise<string> => {
      if (text !== '' || !name.includes('/')) await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    for (const [name, text, message] of [
      ['a.jsonl', '{"epoch":0}\nno\n', /line 2 is no epoch/],
      ['b.jsonl', '{"loss":1}\n', /line 1 has no whole number `epoch` from 0/],
      ['c.jsonl', '', /holds no epoch yet/],
      ['d.csv', 'epoch,loss\n0,1,2\n', /line 2 is no epoch \(not as many cells as columns\)/],
      ['e.json', '{"epochs":3}', /has no list `epochs`/],
      ['f.json', '{', /is no JSON/],
      ['g.txt', 'x', /is neither .jsonl, .csv nor .json/],
      ['h.jsonl', '{"epoch":0,"loss":""}\n', /line 1 has `loss` "", which is no number/],
      ['i.jsonl', '{"epoch":0,"loss":true}\n', /line 1 has `loss` true, which is no number/],
      ['j.jsonl', '{"epoch":-1}\n', /line 1 has no whole number `epoch` from 0/],
      ['k.jsonl', '{"epoch":0}\n\nno\n', /line 3 is no epoch/],
      ['l.json', '{"epochs":[],"setup":{"plugins":"x"}}', /has odd `setup.plugins`/],
      ['m.json', '{"epochs":[],"events":[{"message":"x"}]}', /has odd `events`/],
      ['m.json/n.jsonl', '', /ENOTDIR/],
    ] as const)
      await expect(run('report', await file(name, text))).rejects.toThrow(message);
    await mkdir(join(folder, 'empty'));
    await expect(run('report', join(folder, 'empty'))).rejects.toThrow(/the folder has none of record.json/);
    await expect(run('report', '/dev/null')).rejects.toThrow(/it is neither a file nor a folder/);
    await expect(run('report', log, log)).rejects.toThrow(/two runs are named '.*baseline.jsonl'/);
  });

  test('nothing is asked: how to ask', async () => {
    for (const args of [[], ['--help']])
      expect(await run(...args)).toContain('usage: npx @espalier/visualization COMMAND RUN');
  });
});
