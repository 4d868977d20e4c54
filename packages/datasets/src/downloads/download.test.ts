import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { download, type DownloadProgress } from './download.js';

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
const sha256 = createHash('sha256').update(content).digest('hex');
const dir = mkdtempSync(join(tmpdir(), 'espalier-download-'));

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: (string | undefined)[] = [];
const server = createServer((request, response) => {
  asked.push(request.headers.range);
  answer(request, response);
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
});
afterEach(() => void (asked = []));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});

/** A server that knows ranges. */
const ranges = (request: IncomingMessage, response: ServerResponse): void => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const rest = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
  });
  response.end(rest);
};

/** One that breaks off half-way. */
const breaking = (_: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, 100_000), () => setImmediate(() => response.destroy()));
};

test('a file is fetched, checked, told of, and then taken from where it lies', async () => {
  answer = ranges;
  const to = join(dir, 'new', 'file.bin');
  const progress: DownloadProgress[] = [];
  expect(await download(url, { to, sha256, onProgress: (now) => progress.push(now) })).toBe(to);
  expect(readFileSync(to).equals(content)).toBe(true);
  expect(progress.at(-1)).toEqual({ received: content.length, total: content.length });
  expect(progress.map(({ received }) => received)).toEqual(progress.map(({ received }) => received).sort((a, b) => a - b)); // prettier-ignore
  expect(existsSync(`${to}.part`)).toBe(false);
  await download(url, { to, sha256: sha256.toUpperCase() });
  await download(url, { to });
  expect(asked).toEqual([undefined]);
});

test('what broke off goes on where it stopped', async () => {
  const to = join(dir, 'resumed.bin');
  answer = breaking;
  const first = download(url, { to, sha256 });
  await expect(first).rejects.toThrow(`[download] cannot get ${url}: `);
  await expect(first).rejects.toThrow(`put the file at ${to} yourself (SHA-256 ${sha256})`);
  const kept = readFileSync(`${to}.part`).length;
  expect(kept).toBe(100_000);
  answer = ranges;
  const progress: DownloadProgress[] = [];
  await download(url, { to, sha256, onProgress: (now) => progress.push(now) });
  expect(asked).toEqual([undefined, `bytes=${kept}-`]);
  expect(progress[0]!.received).toBeGreaterThan(kept);
  expect(readFileSync(to).equals(content)).toBe(true);
});

test('a server without ranges gives all of it again; a part that is whole is only checked', async () => {
  const to = join(dir, 'again.bin');
  writeFileSync(`${to}.part`, 'other bytes');
  answer = (_, response) => void response.writeHead(200, { 'content-length': content.length }).end(content);
  await download(url, { to, sha256 });
  expect(readFileSync(to).equals(content)).toBe(true);

  const whole = join(dir, 'whole.bin');
  writeFileSync(`${whole}.part`, content);
  answer = ranges;
  await download(url, { to: whole, sha256 });
  expect(existsSync(whole)).toBe(true);
  // A part that is longer than the file is of another one.
  const longer = join(dir, 'longer.bin');
  writeFileSync(`${longer}.part`, Buffer.concat([content, content]));
  await download(url, { to: longer, sha256 });
  expect(readFileSync(longer).equals(content)).toBe(true);
});

test('a wrong checksum leaves nothing, and another file that is there is not taken', async () => {
  answer = ranges;
  const to = join(dir, 'wrong.bin');
  const wrong = '0'.repeat(64);
  await expect(download(url, { to, sha256: wrong })).rejects.toThrow(
    `its SHA-256 is ${sha256}, not ${wrong}`,
  );
  expect([existsSync(to), existsSync(`${to}.part`)]).toEqual([false, false]);
  writeFileSync(to, 'mine');
  await expect(download(url, { to, sha256 })).rejects.toThrow('is there and is another file');
  expect(readFileSync(to, 'utf8')).toBe('mine');
});

test('too much is refused when it is stated, and when it comes', async () => {
  const to = join(dir, 'large.bin');
  answer = ranges;
  await expect(download(url, { to, maxBytes: 1000 })).rejects.toThrow(
    'has 300000 bytes or more, and maxBytes is 1000',
  );
  expect(existsSync(`${to}.part`)).toBe(false);
  answer = (_, response) => void response.writeHead(200).end(content);
  await expect(download(url, { to, maxBytes: 1000 })).rejects.toThrow('maxBytes is 1000');
  expect(existsSync(to)).toBe(false);
});

test('a refusal and no server are named, with what to do', async () => {
  answer = (_, response) => void response.writeHead(404).end();
  const to = join(dir, 'none.bin');
  await expect(download(url, { to })).rejects.toThrow(`cannot get ${url}: the server answers 404 Not Found`);
  await expect(download('http://127.0.0.1:1/file', { to })).rejects.toThrow(`Without network, put the file at ${to} yourself.`); // prettier-ignore
});

test('a signal ends it and keeps what is there', async () => {
  const controller = new AbortController();
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000));
  };
  const to = join(dir, 'stopped.bin');
  const stopped = download(url, { to, signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toThrow('cannot get');
  expect(readFileSync(`${to}.part`).length).toBe(1000);
});

test.each<[string, string, object, string]>([
  ['an address of a file', 'file:///etc/passwd', { to: 'x' }, 'url must be an address that begins with http'],
  ['no path', 'http://localhost/', {}, 'to must be a string'],
  [
    'a short checksum',
    'http://localhost/',
    { to: 'x', sha256: 'abc' },
    'sha256 must be a SHA-256, 64 hexadecimal',
  ],
  ['an unknown option', 'http://localhost/', { to: 'x', sha: 'abc' }, "there is no option 'sha'"],
])('refuses %s', async (_, address, options, message) => {
  await expect(download(address, options as never)).rejects.toThrow(message);
});
