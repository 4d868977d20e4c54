import { afterEach, describe, expect, test, vi } from 'vitest';
import { indexedDbStore } from './indexed-db-store.js';
import { opfsStore } from './opfs-store.js';

/*
 * What these do in a browser is tested in one, in testing/browser/storage.test.ts.
 */
const bytes = Uint8Array.of(1);
afterEach(() => vi.unstubAllGlobals());

describe('where there is no storage of a browser', () => {
  test.each([
    [
      'indexed-db-store',
      indexedDbStore('runs'),
      "there is no IndexedDB here; in Node use folderStore('runs')",
    ],
    ['opfs-store', opfsStore('runs/1'), "there is no OPFS here; in Node use folderStore('runs')"],
  ])('%s says what to use', async (scope, store, message) => {
    for (const call of [() => store.list(), () => store.read('a'), () => store.write('a', bytes)]) {
      await expect(call()).rejects.toMatchObject({ code: 'io', scope });
      await expect(call()).rejects.toThrow(message);
    }
  });

  test('a browser without createWritable is told', async () => {
    const file = { getFile: async () => ({ size: 1 }) };
    const root = { getDirectoryHandle: async () => root, getFileHandle: async () => file };
    vi.stubGlobal('navigator', { storage: { getDirectory: async () => root } });
    await expect(opfsStore('runs').write('a', bytes)).rejects.toThrow(
      'use indexedDbStore(name), or a newer browser',
    );
  });
});

describe('what the browser refuses', () => {
  test.each([
    ['QuotaExceededError', 'navigator.storage.persist()'],
    ['SecurityError', 'serve it over https or from localhost'],
    ['NotAllowedError', 'allow this site to keep data'],
    ['UnknownError', 'leave the private window'],
    ['NoModificationAllowedError', 'let one run at a time have a store'],
    ['TypeMismatchError', 'give another name'],
    ['Other', 'give a place that can be written to and has room'],
  ])('%s comes with a fix', async (name, fix) => {
    const refuse = async (): Promise<never> => {
      throw new DOMException('it cannot be.', name);
    };
    vi.stubGlobal('navigator', { storage: { getDirectory: refuse } });
    const refused = opfsStore('runs').write('a', bytes);
    await expect(refused).rejects.toMatchObject({ code: 'io', scope: 'opfs-store', cause: { name } });
    await expect(refused).rejects.toThrow("cannot write to OPFS 'runs' (it cannot be.); ");
    await expect(refused).rejects.toThrow(fix);
  });
});

test.each(['', '/', 'a/', '/a', 'a//b', '..', 'a/../b', 'a b', '.a', 3])(
  'opfsStore refuses the folder %j',
  (folder) => {
    expect(() => opfsStore(folder as string)).toThrow('[opfs-store] folder must be');
  },
);

test('indexedDbStore refuses an empty name', () => {
  expect(() => indexedDbStore('')).toThrow('[indexed-db-store] name must be');
});
