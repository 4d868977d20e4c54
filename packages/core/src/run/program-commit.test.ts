import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { digits, momentum, squaredError, toyModel } from '../toy-parts.fixture.js';
import { commitOf } from './program-commit.js';
import { Trainer } from './trainer.js';

const FIRST = 'a'.repeat(40);
const SECOND = '0123456789'.repeat(4);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'commit-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

test('a branch, from a folder below', async () => {
  await files({ '.git/HEAD': 'ref: refs/heads/a/b\n', '.git/refs/heads/a/b': `${FIRST}\n`, 'x/y/z': '' });
  expect(await commitOf(join(root, 'x/y'))).toEqual({ commit: FIRST });
});

test('a branch that is packed, not one whose name ends alike; a loose one goes first', async () => {
  await files({
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/packed-refs': `# pack-refs with: peeled\n${FIRST} refs/remotes/refs/heads/main\n${SECOND} refs/heads/main\n^${FIRST}\n`,
  });
  expect(await commitOf(root)).toEqual({ commit: SECOND });
  await files({ '.git/refs/heads/main': FIRST });
  expect(await commitOf(root)).toEqual({ commit: FIRST });
});

test('a commit without a branch, of 40 and of 64 digits', async () => {
  await files({ '.git/HEAD': `${SECOND}\n` });
  expect(await commitOf(root)).toEqual({ commit: SECOND });
  await files({ '.git/HEAD': 'b'.repeat(64) });
  expect(await commitOf(root)).toEqual({ commit: 'b'.repeat(64) });
});

test('a second work tree has a head of its own, and its branches with the first', async () => {
  await files({
    'first/.git/HEAD': 'ref: refs/heads/main',
    'first/.git/refs/heads/main': FIRST,
    'first/.git/refs/heads/other': SECOND,
    'first/.git/worktrees/second/HEAD': 'ref: refs/heads/other\n',
    'first/.git/worktrees/second/commondir': '../..\n',
    'second/.git': 'gitdir: ../first/.git/worktrees/second\n',
  });
  expect(await commitOf(join(root, 'second'))).toEqual({ commit: SECOND });
});

test('no commit yet, a circle of references, and what is no commit give none', async () => {
  await files({ '.git/HEAD': 'ref: refs/heads/main\n' });
  expect(await commitOf(root)).toEqual({});
  await files({ '.git/refs/heads/main': 'ref: refs/heads/main' });
  expect(await commitOf(root)).toEqual({});
  await files({ '.git/refs/heads/main': 'abc' });
  expect(await commitOf(root)).toEqual({});
});

test("a run's record holds the commit of the process's folder", async () => {
  await tf.setBackend('cpu');
  await files({ '.git/HEAD': SECOND });
  vi.spyOn(process, 'cwd').mockReturnValue(root);
  const trainer = new Trainer({ model: toyModel(), loss: squaredError(), optimizer: momentum(0.1), seed: 1 });
  const { setup } = await trainer.fit(digits(4), { epochs: 1 });
  expect(setup.commit).toBe(SECOND);
});
