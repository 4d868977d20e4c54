import type { EpochLogs } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { describe, expect, test } from 'vitest';
import { csvLogger, jsonlLogger, latestCheckpoint, modelCheckpoint, type RunStore } from '../index.js';
import { memoryStore } from './memory-store.fixture.js';

/** A store as a program may write one itself. */

const LOGS: EpochLogs[] = [{ loss: 3 }, { loss: 1 }, { loss: 2 }];
const play = (plugins: Parameters<typeof scriptedRun>[0]['plugins'], epochs = LOGS, more = {}) =>
  scriptedRun({ plugins, epochs, stepsPerEpoch: 4, learningRate: 0.5, ...more });

describe('a store of the program', () => {
  test('holds checkpoints: the newest, the best, and nothing else', async () => {
    const store = memoryStore();
    const result = await play([modelCheckpoint({ store, monitor: 'loss', keep: 1 })]);
    expect(result.error).toBeUndefined();
    expect([...(await store.list())].sort()).toEqual([
      '000003-best-step-8.safetensors',
      '000005-checkpoint-step-12.safetensors',
    ]);
    const latest = (await latestCheckpoint(store))!;
    expect(latest.path).toBe('000005-checkpoint-step-12.safetensors');
    expect(latest.checkpoint.step).toBe(12);
  });

  test('passes entries over that are damaged or gone since', async () => {
    const store = memoryStore();
    await play([modelCheckpoint({ store })]);
    const [first, second, third] = [...(await store.list())].sort();
    await store.write(third!, Uint8Array.of(1));
    const forgetful = {
      ...store,
      read: async (entry: string) => (entry === second ? undefined : store.read(entry)),
    };
    expect((await latestCheckpoint(forgetful))!.path).toBe(first);
    expect(await latestCheckpoint(memoryStore())).toBeUndefined();
  });

  test.each([
    ['csv', csvLogger, 'epoch,loss,learning_rate\n0,3,0.5\n1,1,0.5\n2,2,0.5\n'],
    [
      'jsonl',
      jsonlLogger,
      LOGS.map(({ loss }, epoch) => `{"epoch":${epoch},"loss":${loss},"learning_rate":0.5}\n`).join(''),
    ],
  ] as const)('holds a %s log, and a run that goes on keeps its lines', async (extension, logger, whole) => {
    const store = memoryStore();
    const { checkpoint } = await play([logger({ store })], LOGS.slice(0, 2));
    const entry = `log.${extension}`;
    await store.write(entry, new TextEncoder().encode(`${store.text(entry)}torn`));
    await play([logger({ store })], LOGS, { from: checkpoint });
    expect(store.text(entry)).toBe(whole);
    await play([logger({ store, entry: 'other.txt' })]);
    expect(store.text('other.txt')).toBe(whole);
  });

  test('a log of a new run replaces the old one', async () => {
    const store = memoryStore();
    await play([jsonlLogger({ store })]);
    await play([jsonlLogger({ store })], LOGS.slice(0, 1));
    expect(store.text('log.jsonl').split('\n')).toHaveLength(2);
  });

  test('a log with other columns is refused', async () => {
    const store = memoryStore();
    const { checkpoint } = await play([csvLogger({ store })], LOGS.slice(0, 1));
    const other = await play([csvLogger({ store })], [{ loss: 3 }, { accuracy: 1 }], { from: checkpoint });
    expect(String(other.error)).toContain(
      "cannot go on with 'log.csv' of memory: its columns are epoch,loss,learning_rate",
    );
  });

  test.each([
    ['model-checkpoint', (store: RunStore) => modelCheckpoint({ store })],
    ['csv-logger', (store: RunStore) => csvLogger({ store })],
    ['jsonl-logger', (store: RunStore) => jsonlLogger({ store })],
  ] as const)('that refuses ends the run of %s before its first step', async (scope, make) => {
    const store: RunStore = { ...memoryStore(), write: () => Promise.reject(new Error('no room')) };
    let steps = 0;
    const result = await play([make(store)], LOGS, { duringStep: () => void steps++ });
    expect(result.error).toMatchObject({ code: 'io', scope });
    expect(String(result.error)).toContain('no room');
    expect(steps).toBe(0);
  });
});

test.each([
  [() => modelCheckpoint({ store: {} as never }), 'store must be a store'],
  [() => modelCheckpoint({ store: memoryStore(), directory: 'd' } as never), 'directory must be left out'],
  [() => csvLogger({ store: null as never }), 'store must be a store'],
  [() => csvLogger({ store: memoryStore(), path: 'p' } as never), 'path must be left out'],
  [() => jsonlLogger({ store: memoryStore(), entry: '../log' }), 'entry must be letters'],
])('refuses a wrong place', (make, message) => {
  expect(make).toThrow(message);
});

test('latestCheckpoint refuses what is no store', async () => {
  await expect(latestCheckpoint({} as never)).rejects.toThrow('[latest-checkpoint] store must be a store');
});
