import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tarOf } from './tar.fixture.js';
import { readTar } from './tar.js';

const dir = mkdtempSync(join(tmpdir(), 'espalier-tar-'));
afterAll(() => rmSync(dir, { recursive: true }));

const contents = (bytes: Uint8Array): Record<string, string> =>
  Object.fromEntries(readTar(bytes).map(({ path, data }) => [path, new TextDecoder().decode(data)]));

test.each(['ustar', 'pax', 'gnu', 'v7'])('reads what tar writes in format %s', (format) => {
  const long = format === 'v7' ? 'short' : `${'deep/'.repeat(30)}file-with-a-long-name`;
  const root = join(dir, format);
  mkdirSync(join(root, long, '..'), { recursive: true });
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(root, 'block'), 'b'.repeat(512));
  writeFileSync(join(root, long), 'deep');
  symlinkSync('empty', join(root, 'link'));
  const archive = join(dir, `${format}.tar`);
  execFileSync('tar', ['-C', dir, `--format=${format}`, '-cf', archive, format]);
  expect(contents(readFileSync(archive))).toEqual({
    [`${format}/empty`]: '',
    [`${format}/block`]: 'b'.repeat(512),
    [`${format}/${long}`]: 'deep',
  });
});

test('gives views of the archive', () => {
  const bytes = tarOf({ 'a/b': 'text' });
  expect(readTar(bytes)[0]!.data.buffer).toBe(bytes.buffer);
});

describe('refuses', () => {
  test.each(['../outside', '/etc/passwd', 'a/../../b', 'C:/windows', 'a\\..\\..\\b', '\\\\host\\share'])(
    'a path that leads out of the folder: %s',
    (path) => {
      expect(() => readTar(tarOf({ [path]: 'x' }))).toThrow('which leads out of its folder');
    },
  );

  test.each<[string, Uint8Array, string]>([
    ['what is no archive', new Uint8Array(2000).fill(7), 'the header at byte 0 does not add up'],
    ['too little', new Uint8Array(100), 'no whole block'],
    [
      'a file cut short',
      tarOf({ a: 'x'.repeat(600) }).subarray(0, 1000),
      'the file at byte 0 needs 600 bytes',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readTar(bytes)).toThrow(message);
  });

  test('damage in a header', () => {
    const bytes = tarOf({ a: '1', b: '2' });
    bytes[1024 + 3]! ^= 1;
    expect(() => readTar(bytes)).toThrow('the header at byte 1024 does not add up');
  });
});
