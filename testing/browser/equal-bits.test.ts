import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('a training run on compiled({ target: "wasm" })', () => {
  let served: ServedPage;
  let inNode: string;

  beforeAll(async () => {
    served = await servePage('bits-page');
    inNode = await trainedBits();
  }, 180_000);
  afterAll(() => served.close());

  for (const { name, path, missing, options } of browsers)
    test(`gives the same bits in ${name} as in Node`, async ({ skip }) => {
      if (!path) return skip(missing);
      expect(await reportOf(path, options, served.url)).toBe(inNode);
    }, 180_000);
});

/** Opens the page in a browser of its own, and waits for what it reports. */
async function reportOf(path: string, options: Candidate['options'], page: string): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'espalier-profile-'));
  let resolve: (text: string) => void;
  const promise = new Promise<string>((done) => (resolve = done));
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      response.end();
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
