import { request } from 'node:http';
import { expect, test } from 'vitest';
import { type LivePage, serveLivePage } from './live-page.js';

const answer = (page: LivePage, path: string, headers = {}, method = 'GET'): Promise<[number?, string?]> =>
  new Promise((resolve, reject) =>
    request({ port: new URL(page.address).port, path, headers, method }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => void (text += String(part)));
      response.on('end', () => resolve([response.statusCode, text]));
    })
      .on('error', reject)
      .end(),
  );

test('what is not there, not allowed or broken is told in words', async () => {
  const page = await serveLivePage({
    render: () => {
      throw new Error('the log is broken');
    },
    files: [],
  });
  expect(await answer(page, '/')).toEqual([500, 'the log is broken']);
  expect(await answer(page, '/../etc/passwd')).toEqual([404, expect.stringContaining('no such page')]);
  expect(await answer(page, '/', { host: 'evil.example:80' })).toEqual([
    403,
    expect.stringContaining("not to 'evil.example:80'"),
  ]);
  expect(await answer(page, '/', {}, 'POST')).toEqual([405, expect.stringContaining('GET')]);
  await page.close();
});

test('files that can be listed no longer are a change, and not the end', async () => {
  let isThere = true;
  const page = await serveLivePage({
    render: () => 'page',
    files: () => (isThere ? Promise.resolve([]) : Promise.reject(new Error('the folder is gone'))),
    every: 5,
  });
  const changes = (await fetch(`${page.address}changes`))
    .body!.pipeThrough(new TextDecoderStream())
    .getReader();
  expect((await changes.read()).value).toBe(':\n\n');
  for (const there of [false, true]) {
    isThere = there;
    expect((await changes.read()).value).toBe('data: changed\n\n');
  }
  await changes.cancel();
  await page.close();
});
