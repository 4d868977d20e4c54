import { describe, expect, test } from 'vitest';
import type { Backend } from './backend.js';
import { firstAvailable, useBackend } from './use-backend.js';

/* Backends that cannot start are not to be had on every machine: these two stand in for them. */

function absent(name: string): Backend {
  return {
    name,
    isAvailable: async () => ({ available: false, reason: `no ${name} here`, fix: `install ${name}` }),
    activate: async () => {
      throw new Error('must not be tried');
    },
  };
}

function present(name: string, started: string[]): Backend {
  return {
    name,
    isAvailable: async () => ({ available: true }),
    activate: async () => void started.push(name),
  };
}

describe('useBackend', () => {
  test('starts the backend and gives it back', async () => {
    const started: string[] = [];
    expect((await useBackend(present('a', started))).name).toBe('a');
    expect(started).toEqual(['a']);
  });

  test('says why it cannot, and how to fix it', async () => {
    await expect(useBackend(absent('gpu'))).rejects.toMatchObject({
      code: 'backend-unavailable',
      message: '[backend] gpu cannot start here: no gpu here. To fix it: install gpu.',
    });
  });
});

describe('firstAvailable', () => {
  test('picks the first that can start, and no other', async () => {
    const started: string[] = [];
    const chosen = await useBackend(
      firstAvailable(absent('gpu'), present('b', started), present('c', started)),
    );
    expect(chosen.name).toBe('b');
    expect(started).toEqual(['b']);
  });

  test('names every reason when none can', async () => {
    await expect(useBackend(firstAvailable(absent('x'), absent('y')))).rejects.toThrow(
      'x | y cannot start here: x: no x here; y: no y here. To fix it: x: install x; y: install y.',
    );
    expect(() => firstAvailable()).toThrow('at least one backend');
  });
});
