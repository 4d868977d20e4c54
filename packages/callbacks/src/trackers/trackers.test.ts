import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint, Plugin, RunEvent } from '@espalier/core';
import { scriptedRun } from '@espalier/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import read from '../../../../testing/references/callbacks/mlflow-read.json' with { type: 'json' };
import { earlyStopping } from '../early-stopping.js';
import { mlflowTracker } from './mlflow-tracker.js';
import { track } from './track.js';
import type { Tracker } from './tracker.js';
import { webhookTracker } from './webhook-tracker.js';

const FIXTURE = join(import.meta.dirname, '../../../../testing/references/callbacks/mlruns');

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'espalier-'))));
afterEach(() => rm(directory, { recursive: true }));

const EPOCHS = [
  { loss: 0.5, val_loss: 1 },
  { loss: NaN, val_loss: 1e-30 },
  { loss: 0.1 + 0.2, val_loss: Infinity },
];
const play = (plugins: readonly Plugin[], more = {}) =>
  scriptedRun({ plugins, epochs: EPOCHS, stepsPerEpoch: 2, seed: 3, ...more });

describe('track', () => {
  /** Writes down what it is told. */
  function listening(): { readonly tracker: Tracker; readonly said: unknown[] } {
    const said: unknown[] = [];
    const tracker: Tracker = {
      name: 'listener',
      start: (run) => void said.push(['start', run]),
      log: (values, at) => void said.push(['log', values, at]),
      note: (event: RunEvent) => void said.push(['note', event.message]),
      end: (status, reason) => void said.push(['end', status, reason]),
    };
    return { tracker, said };
  }

  test('tells of parameters, epochs, steps, remarks and the end', async () => {
    const { tracker, said } = listening();
    const noting: Plugin = {
      name: 'noting',
      config: { kind: 'noting', sizes: [1, 2], deep: { on: true } },
      onEpochEnd: (run) => {
        if (run.epoch === 1) run.note('noting', 'halved');
      },
    };
    const stopping = earlyStopping({ monitor: 'loss', patience: 9 });
    const { error } = await play([
      track(tracker, { everySteps: 3, parameters: { hidden: 64 } }),
      noting,
      stopping,
    ]);
    expect(error).toBeUndefined();
    expect(said).toEqual([
      [
        'start',
        {
          parameters: expect.objectContaining({
            seed: 3,
            executor: 'scripted',
            hidden: 64,
            'noting.sizes': '[1,2]',
            'noting.deep.on': true,
            'early-stopping.patience': 9,
          }) as unknown,
          at: { epoch: 0, step: 0 },
        },
      ],
      ['log', { loss: 0.5, val_loss: 1, learning_rate: 0.1 }, { epoch: 0, step: 2 }],
      ['log', { batch_loss: NaN, batch_val_loss: 1e-30 }, { epoch: 1, step: 3 }],
      ['log', { loss: NaN, val_loss: 1e-30, learning_rate: 0.1 }, { epoch: 1, step: 4 }],
      ['note', expect.stringContaining('loss') as unknown],
      ['note', 'halved'],
      ['end', 'stopped', 'loss is NaN'],
    ]);
  });

  test('a tracker that fails ends the run, or is noted once', async () => {
    const failing: Tracker = {
      ...listening().tracker,
      log: () => {
        throw new Error('no room');
      },
    };
    expect(String((await play([track(failing)])).error)).toContain(
      '[track-listener] onEpochEnd failed: no room',
    );
    const { record, error } = await play([track(failing, { onFailure: 'note' })]);
    expect(error).toBeUndefined();
    const own = record.events.filter(({ source }) => source === 'track-listener');
    expect(own.map(({ message }) => message)).toEqual(['the tracker failed: no room']);
  });

  test('refuses what is no tracker', () => {
    expect(() => track({ name: 'x' } as never)).toThrow(
      '[track] the tracker must be an object with name, start, log',
    );
    expect(() => track(listening().tracker, { everySteps: 0 })).toThrow('everySteps');
  });
});

describe('mlflowTracker', () => {
  const make = (runId: string) =>
    track(
      mlflowTracker({
        directory,
        experiment: 'digits: "all"',
        runName: 'it is a baseline',
        runId,
        clock: () => 1700000000123.4,
      }),
      { everySteps: 3, parameters: { note: 'a\nb: c', 'tag/x': true } },
    );
  const ID = '0123456789abcdef0123456789abcdef';
  const files = async (folder: string): Promise<Record<string, string>> => {
    const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const texts = found.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const text = await readFile(path, 'utf8');
      // The folder is another one each time.
      return [
        path.slice(folder.length + 1),
        text.replaceAll(/"file:.*mlruns|"file:[^"]*?(?=\/\d+(?:\/|"))/g, '"file:///mlruns'),
      ];
    });
    return Object.fromEntries((await Promise.all(texts)).sort()) as Record<string, string>;
  };

  test('writes the very files that MLflow has read', async () => {
    expect((await play([make(ID)])).error).toBeUndefined();
    await play([make(ID.replace('0', 'f')), earlyStopping({ monitor: 'loss' })]);
    if (process.env['UPDATE_FIXTURES']) {
      await cp(directory, FIXTURE, { recursive: true });
      for (const [file, text] of Object.entries(await files(FIXTURE)))
        await writeFile(join(FIXTURE, file), text);
    }
    expect(await files(directory)).toEqual(await files(FIXTURE));
  });

  test('MLflow read what was logged', () => {
    const [first, second] = read.runs;
    expect(read.experiments).toEqual(['digits: "all"']);
    expect(first).toMatchObject({
      name: 'it is a baseline',
      status: 'FINISHED',
      start: 1700000000123,
      end: 1700000000123,
      metrics: {
        loss: [
          [2, 0.5],
          [4, 'NaN'],
          [6, 0.1 + 0.2],
        ],
        val_loss: [
          [2, 1],
          [4, 1e-30],
          [6, 'Infinity'],
        ],
        batch_loss: [
          [3, 'NaN'],
          [6, 0.1 + 0.2],
        ],
      },
      params: { note: 'a\nb: c', tag_x: 'true', seed: '3', executor: 'scripted' },
    });
    expect(second).toMatchObject({ status: 'KILLED' });
  });

  test('a run that resumes goes on in the same one, its later lines written again', async () => {
    const saved: Checkpoint[] = [];
    const saver: Plugin = {
      name: 'saver',
      enforce: 'post',
      onEpochEnd: async (run) => void saved.push(await run.checkpoint()),
    };
    await play([make(ID), saver]);
    const whole = await files(directory);
    for (const from of saved.slice(0, 2)) {
      // Another number is asked for, but the run has one.
      await play([make(ID.replace('0', '9'))], { from });
      expect(await files(directory)).toEqual(whole);
    }
  });

  test('finds the experiment by its name, and gives new ones a number', async () => {
    const at = async (experiment: string): Promise<string[]> => {
      await play([track(mlflowTracker({ directory, experiment }))]);
      return (await readdir(directory)).sort();
    };
    expect(await at('b')).toEqual(['1']);
    expect(await at('Default')).toEqual(['0', '1']);
    expect(await at('b')).toEqual(['0', '1']);
    expect(await at("it's")).toEqual(['0', '1', '2']);
    expect(await readdir(join(directory, '1'))).toHaveLength(3);
  });

  test('refuses what is no number of a run', () => {
    expect(() => mlflowTracker({ runId: 'x' })).toThrow('runId must be 32 hexadecimal digits');
  });
});

describe('webhookTracker', () => {
  test('posts what the run logs', async () => {
    const posts: [string, { headers: Record<string, string>; body: string }][] = [];
    const fetch = async (url: string, request: (typeof posts)[number][1]) => {
      posts.push([url, request]);
      return { ok: true, status: 200 };
    };
    const hook = webhookTracker({
      url: 'https://example.org/x',
      headers: { authorization: 'secret' },
      fetch,
    });
    const { record } = await play([track(hook)]);
    expect(posts.map(([url]) => url)).toEqual(Array(posts.length).fill('https://example.org/x'));
    expect(posts[0]![1].headers).toEqual({ 'content-type': 'application/json', authorization: 'secret' });
    const bodies = posts.map(([, { body }]) => JSON.parse(body) as { event: string });
    expect(bodies.map(({ event }) => event)).toEqual(['start', 'log', 'log', 'note', 'log', 'end']);
    expect(bodies[1]).toEqual({
      event: 'log',
      values: { loss: 0.5, val_loss: 1, learning_rate: 0.1 },
      epoch: 0,
      step: 2,
    });
    expect(bodies.at(-1)).toEqual({ event: 'end', status: 'completed' });
    expect(JSON.stringify(record)).not.toContain('secret');
  });

  test('one that is not answered with success is a failure', async () => {
    const refused = webhookTracker({ url: 'http://h/x', fetch: async () => ({ ok: false, status: 403 }) });
    expect(String((await play([track(refused)])).error)).toContain('cannot post to h (it answered 403)');
    const offline = webhookTracker({ url: 'http://h/x', fetch: () => Promise.reject(new Error('no route')) });
    const { record } = await play([track(offline, { onFailure: 'note' })]);
    expect(record.events.filter(({ source }) => source === 'track-webhook')).toHaveLength(1);
    expect(() => webhookTracker({ url: 'ftp://x' })).toThrow('url must be an http: or https: address');
  });
});
