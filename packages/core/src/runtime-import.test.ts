import { afterEach, expect, test, vi } from 'vitest';
import { importFailure, importPeer, inNode, nodeModule } from './runtime-import.js';

afterEach(() => vi.unstubAllGlobals());

const peer = {
  packageName: 'some-package',
  scope: 'somebody',
  code: 'io',
  need: 'Files are drawn by it',
} as const;

/** Names that are not there, so that neither the types nor the bundler ask for them. */
const load = (name: string): Promise<unknown> => import(/* @vite-ignore */ name);

test('a module of Node is asked for without import, which Jest refuses, where Node can do that', async () => {
  expect((await nodeModule<typeof import('node:path')>('node:path')).join('a', 'b')).toMatch(/^a.b$/);
  const path = { join: () => 'from getBuiltinModule' };
  vi.stubGlobal('process', { ...process, getBuiltinModule: (name: string) => name === 'node:path' && path });
  expect(await nodeModule('node:path')).toBe(path);
});

test('older versions of Node import it', async () => {
  vi.stubGlobal('process', { versions: process.versions });
  expect(await nodeModule<typeof import('node:path')>('node:path')).toHaveProperty('join');
});

test('what has no version of Node is none', () => {
  expect(inNode()).toBe(true);
  vi.stubGlobal('process', { env: {} });
  expect(inNode()).toBe(false);
  vi.stubGlobal('process', undefined);
  expect(inNode()).toBe(false);
});

test('a package that is missing is to be installed, under the name that npm knows', async () => {
  await expect(importPeer(peer, () => load('some-package'))).rejects.toMatchObject({
    code: 'io',
    scope: 'somebody',
    message: expect.stringMatching(
      /^\[somebody\] Files are drawn by it, but some-package is not installed\. To fix it: npm install some-package\.$/,
    ),
    cause: expect.any(Error),
  });
  expect(await importPeer(peer, async () => 'loaded')).toBe('loaded');
});

test.each([
  ["Cannot find module 'some-package' from 'a.js'", 'is not installed'],
  ["Failed to resolve module specifier 'some-package'", 'is not installed'],
  ["Cannot find module './some-part' of some other", 'does not load'],
  ['libcuda.so.1: cannot open shared object file', 'does not load (libcuda.so.1'],
])('%s: the package %s', (message, reason) => {
  expect(importFailure('some-package', new Error(message)).reason).toContain(`some-package ${reason}`);
});

test("what Jest refuses is not said to be missing, although Jest's errors are of another realm", () => {
  const message = 'A dynamic import callback was invoked without --experimental-vm-modules';
  const refused = { code: 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG', message };
  const { reason, fix } = importFailure('some-package', refused);
  expect(reason).toBe('some-package cannot be imported, because this test runner refuses import()');
  expect(fix).toContain('NODE_OPTIONS=--experimental-vm-modules');
});
