import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderStore } from './folder-store.js';
import type { NodeFiles } from '@espalier/core/internal';
import { runFiles } from './run-files.js';
import { tryWriting } from './run-store.js';
import { writeWhole } from './write-whole.js';

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'espalier-'));
  folder = join(parent, 'runs', '1');
});
afterEach(() => rm(parent, { recursive: true }));

const bytes = Uint8Array.of(1, 2, 3);

describe('folderStore', () => {
  test('is empty where there is no folder, and makes none by looking', async () => {
    const store = folderStore(folder);
    expect(await store.list()).toEqual([]);
    expect(await store.read('a')).toBeUndefined();
    await store.remove('a');
    expect(await readdir(parent)).toEqual([]);
  });

  test('a file system without sync still gets its files, one whose sync fails says so', async () => {
    const files = await runFiles('test');
    const withSync = (sync: () => Promise<void>): NodeFiles => ({
      ...files,
      fs: {
        ...files.fs,
        open: async (...args: Parameters<typeof files.fs.open>) =>
          Object.assign(await files.fs.open(...args), { sync }),
      } as NodeFiles['fs'],
    });
    const file = join(parent, 'a');
    // As the file system of Yarn's Plug'n'Play does.
    const lacking = withSync(() => {
      throw new Error('there is no sync()');
    });
    await writeWhole(lacking, file, bytes);
    expect(Uint8Array.from(await readFile(file))).toEqual(bytes);
    const failing = withSync(() => Promise.reject(Object.assign(new Error('input/output'), { code: 'EIO' })));
    await expect(writeWhole(failing, join(parent, 'b'), bytes)).rejects.toThrow('input/output');
    expect(await readdir(parent)).toEqual(['a']);
  });

  test('a try leaves the entries of others alone', async () => {
    const store = folderStore(folder);
    for (const name of ['probe', 'espalier-probe', 'espalier-probe-2']) await store.write(name, bytes);
    await tryWriting(store);
    expect([...(await store.list())].sort()).toEqual(['espalier-probe', 'espalier-probe-2', 'probe']);
    for (const name of await store.list()) expect(Uint8Array.from((await store.read(name))!)).toEqual(bytes);
  });

  test('keeps what was written for another store of the same folder', async () => {
    await folderStore(folder).write('a.bin', Uint8Array.of(9));
    await folderStore(folder).write('a.bin', bytes);
    const store = folderStore(folder);
    expect(await store.list()).toEqual(['a.bin']);
    expect(Uint8Array.from((await store.read('a.bin'))!)).toEqual(bytes);
    await store.remove('a.bin');
    expect(await store.read('a.bin')).toBeUndefined();
  });

  test('lists no folders, no unfinished files and no files of other names', async () => {
    const store = folderStore(folder);
    await store.write('a', bytes);
    await mkdir(join(folder, 'b'));
    for (const name of ['a.tmp', 'a.crswap', '.hidden', 'with space'])
      await writeFile(join(folder, name), 'x');
    expect(await store.list()).toEqual(['a']);
  });

  test('clears unfinished files of its own names away, and leaves others alone', async () => {
    await mkdir(folder, { recursive: true });
    for (const name of ['a.bin.tmp', 'not ours.tmp']) await writeFile(join(folder, name), 'x');
    await folderStore(folder).write('b', bytes);
    expect((await readdir(folder)).sort()).toEqual(['b', 'not ours.tmp']);
  });

  test('takes an empty file for none', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'a'), '');
    expect(await folderStore(folder).read('a')).toBeUndefined();
  });

  test('refuses to read a file that no array holds, before it takes memory', async () => {
    const store = folderStore(folder);
    await store.write('a', bytes);
    await truncate(join(folder, 'a'), 2 ** 31);
    await expect(store.read('a')).rejects.toThrow(
      /'a' of the folder .* must be at most 2147483647 bytes, got 2147483648/,
    );
  });

  test('makes its folder again when that has gone in between', async () => {
    const store = folderStore(folder);
    await store.write('a', bytes);
    await rm(folder, { recursive: true });
    await expect(store.write('a', bytes)).rejects.toMatchObject({ code: 'io', scope: 'folder-store' });
    await store.write('a', bytes);
    expect(await store.list()).toEqual(['a']);
  });

  test.each([
    '',
    '.',
    '..',
    '../a',
    'a/b',
    'a\\b',
    '/a',
    '.a',
    'a.',
    'a.tmp',
    'a.CRSWAP',
    'ä',
    'a\0',
    'a'.repeat(201),
  ])('refuses the name %j, and what lies there stays as it is', async (name) => {
    const store = folderStore(folder);
    for (const call of [() => store.write(name, bytes), () => store.read(name), () => store.remove(name)]) {
      await expect(call()).rejects.toMatchObject({ code: 'invalid-option', scope: 'folder-store' });
    }
    expect(await readdir(parent)).toEqual([]);
  });

  test.each([new Uint8Array(0), 'text', new Float32Array(1)])('refuses to write %j', async (value) => {
    await expect(folderStore(folder).write('a', value as never)).rejects.toThrow(
      'a Uint8Array with at least one',
    );
  });

  test('refuses an empty path', () => {
    expect(() => folderStore('')).toThrow('[folder-store] directory must be a string that is not empty');
  });
});
