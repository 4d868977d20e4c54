import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastRunFolder, newRunFolder } from './run-folder.js';

let parent: string;
let runs: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'espalier-'));
  runs = join(parent, 'all', 'runs');
});
afterEach(() => rm(parent, { recursive: true }));

test('counts from 1, one more than the highest, whatever else lies there', async () => {
  expect(await lastRunFolder(runs)).toBeUndefined();
  expect(await readdir(parent)).toEqual([]);
  expect(await newRunFolder(runs)).toBe(join(runs, '1'));
  expect(await newRunFolder(runs)).toBe(join(runs, '2'));
  for (const other of ['9a', '007', 'best', '-3', '99999999999999999999']) await mkdir(join(runs, other));
  await writeFile(join(runs, '50'), 'a file');
  expect(await newRunFolder(runs)).toBe(join(runs, '3'));
  await rm(join(runs, '2'), { recursive: true });
  for (let i = 4; i < 12; i++) await newRunFolder(runs);
  // By number, not by name: 11 is after 9.
  expect(await lastRunFolder(runs)).toBe(join(runs, '11'));
  expect(await newRunFolder(runs)).toBe(join(runs, '12'));
});

test('a file that has the number is passed over', async () => {
  await mkdir(runs, { recursive: true });
  await writeFile(join(runs, '1'), '');
  expect(await newRunFolder(runs)).toBe(join(runs, '2'));
  expect(await lastRunFolder(runs)).toBe(join(runs, '2'));
});

test('prefixes have numbers of their own', async () => {
  const lightning = { prefix: 'version_' };
  expect(await newRunFolder(runs, lightning)).toBe(join(runs, 'version_1'));
  expect(await newRunFolder(runs)).toBe(join(runs, '1'));
  expect(await newRunFolder(runs, lightning)).toBe(join(runs, 'version_2'));
  expect(await lastRunFolder(runs, lightning)).toBe(join(runs, 'version_2'));
  expect(await lastRunFolder(runs)).toBe(join(runs, '1'));
});

test('who asks at the same time gets a folder of its own', async () => {
  const folders = await Promise.all(Array.from({ length: 25 }, () => newRunFolder(runs)));
  expect(new Set(folders).size).toBe(25);
  expect((await readdir(runs)).map(Number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 25 }, (_, i) => i + 1),
  );
});

test('says what is wrong', async () => {
  await expect(newRunFolder('')).rejects.toThrow('[new-run-folder] parent must be');
  await expect(newRunFolder(runs, { prefix: '../' })).rejects.toThrow('prefix must be letters');
  await writeFile(join(parent, 'file'), '');
  await expect(newRunFolder(join(parent, 'file'))).rejects.toMatchObject({ code: 'io' });
  await expect(lastRunFolder(join(parent, 'file'))).rejects.toMatchObject({ code: 'io' });
});
