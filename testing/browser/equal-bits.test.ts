import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionBits } from './bits-page/function-bits.js';
import { halfRun, wholeRunBits } from './bits-page/half-run.js';
import type { BitsReport } from './bits-page/main.js';
import { trainedBits } from './bits-page/trained-bits.js';
import { chromiumPath, howToGetChromium } from './chromium.js';
import { servePage, type ServedPage } from './serve-page.js';

/** The executable of an installed Firefox: FIREFOX_PATH, else the first one on the PATH. */
function firefoxPath(): string | undefined {
  const named = process.env['FIREFOX_PATH'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return ['firefox', 'firefox-esr']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}

interface Candidate {
  readonly name: string;
  readonly path: string | undefined;
  readonly missing: string;
  readonly options: (profile: string) => string[];
}

const browsers: readonly Candidate[] = [
  {
    name: 'Chromium',
    path: chromiumPath(),
    missing: howToGetChromium,
    options: (profile) => [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--user-data-dir=${profile}`,
    ],
  },
  {
    name: 'Firefox',
    path: firefoxPath(),
    missing: 'needs Firefox: apt-get install firefox-esr, or FIREFOX_PATH naming the executable',
    options: (profile) => ['--headless', '--no-remote', '--profile', profile],
  },
];

describe('what runs on compiled({ target: "wasm" })', () => {
  let served: ServedPage;
  let inNode: Omit<BitsReport, 'half'>;
  let half: Uint8Array<ArrayBuffer>;

  beforeAll(async () => {
    served = await servePage('bits-page');
    half = await halfRun();
    inNode = {
      trained: await trainedBits(),
      functions: await functionBits(),
      resumed: await wholeRunBits(),
    };
  }, 180_000);
  afterAll(() => served.close());

  for (const { name, path, missing, options } of browsers)
    test(`gives the same bits in ${name} as in Node, and goes on there and back to the same bits`, async ({
      skip,
    }) => {
      if (!path) return skip(missing);
      const text = await reportOf(path, options, served.url, half);
      expect(text, 'a report').toMatch(/^{/);
      const { half: back, ...there } = JSON.parse(text) as BitsReport;
      expect(there).toEqual(inNode);
      expect(await wholeRunBits(Uint8Array.from(back))).toBe(inNode.resumed);
    }, 180_000);
});

/** Opens the page in a browser of its own, gives it a checkpoint, and waits for what it reports. */
async function reportOf(
  path: string,
  options: Candidate['options'],
  page: string,
  checkpoint: Uint8Array,
): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'espalier-profile-'));
  let resolve: (text: string) => void;
  const promise = new Promise<string>((done) => (resolve = done));
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.end(request.method === 'GET' ? checkpoint : '');
      if (body !== '') resolve(body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  const browser = spawn(path, [...options(profile), `${page}#http://127.0.0.1:${port}/`], {
    stdio: 'ignore',
  });
  const ended = new Promise((closed) => browser.once('close', closed));
  try {
    return await promise;
  } finally {
    browser.kill();
    await ended;
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
