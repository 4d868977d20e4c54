import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint, Plugin } from '@espalier/core';
import { scriptedRun, toyModel } from '@espalier/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import read from '../../../../testing/references/callbacks/tensorboard-read.json' with { type: 'json' };
import { crc32c } from './crc32c.js';
import { modelGraph } from './model-graph.js';
import { ProtoWriter } from './proto-writer.js';
import { tensorBoard, type TensorBoardOptions } from './tensor-board.js';

const FIXTURE = join(import.meta.dirname, '../../../../testing/references/callbacks/tensorboard-events');

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'espalier-'))));
afterEach(() => rm(directory, { recursive: true }));

/** The smallest PNG: one grey pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNg+A8AAQIBAEK+vGgAAAAASUVORK5CYII=',
  'base64',
);
const EPOCHS = [
  { loss: 0.5, accuracy: 0.25, val_loss: 1, val_accuracy: 0.125 },
  { loss: 0.25, accuracy: 0.5, val_loss: 1e-30, val_accuracy: -2 },
  { loss: NaN, accuracy: 1, val_loss: Infinity, val_accuracy: 0 },
];

const WEIGHTS = (done: number) => ({
  'output/kernel': {
    data: Float32Array.from({ length: 60 }, (_, i) => i * done),
    shape: [60],
    dtype: 'float32' as const,
  },
  'output/bias': { data: Float32Array.of(7, 7, NaN), shape: [3], dtype: 'float32' as const },
});

function make(options: Partial<TensorBoardOptions> = {}): Plugin {
  return tensorBoard({
    directory,
    everySteps: 2,
    histogramEpochs: 3,
    images: () => ({ digit: PNG }),
    hyperParameters: { learningRate: 0.01, optimizer: 'adam', nesterov: true },
    model: toyModel(),
    clock: () => 1700000000.25,
    ...options,
  });
}
const play = (plugins: readonly Plugin[], more = {}) =>
  scriptedRun({ plugins, epochs: EPOCHS, stepsPerEpoch: 3, weights: WEIGHTS, ...more });
const file = (part: string): Promise<Buffer> =>
  readFile(join(directory, part, 'events.out.tfevents.0.espalier'));

describe('tensorBoard', () => {
  test.each(['train', 'validation'] as const)(
    'writes the very bytes that TensorBoard has read: %s',
    async (part) => {
      const { error } = await play([make()]);
      expect(error).toBeUndefined();
      const bytes = await file(part);
      const place = `${FIXTURE}/${part}/events.out.tfevents.0.espalier`;
      if (process.env['UPDATE_FIXTURES']) await writeFile(place, bytes);
      expect(bytes.equals(await readFile(place))).toBe(true);
    },
  );

  test('TensorBoard read what was logged', () => {
    const numbers = (part: 'train' | 'validation', tag: string): number[][] => {
      const all = read[part].scalars as Record<string, (number | string)[][]>;
      return all[tag]!.map((entry) => entry.map(Number));
    };
    for (const metric of ['loss', 'accuracy'] as const) {
      expect(numbers('train', `epoch_${metric}`)).toEqual(EPOCHS.map((logs, i) => [i, logs[metric]]));
      expect(numbers('validation', `epoch_${metric}`)).toEqual(
        EPOCHS.map((logs, i) => [i, Math.fround(logs[`val_${metric}`])]),
      );
    }
    expect(numbers('train', 'epoch_learning_rate')[0]).toEqual([0, Math.fround(0.1)]);
    expect(numbers('train', 'batch_loss')).toEqual([
      [2, 0.5],
      [4, 0.25],
      [6, 0.25],
      [8, NaN],
    ]);
    expect(read.train.wallTime).toBe(1700000000.25);
    const { 'output/kernel': kernel, 'output/bias': bias } = read.train.histograms;
    // 0, 3, 6, ..., 177 in thirty parts of two each.
    expect(kernel).toMatchObject({ step: 2, min: 0, max: 177, num: 60, sum: 5310, sumSquares: 631890 });
    expect(kernel.counts.reduce((a, b) => a + b, 0)).toBe(60);
    expect(new Set(kernel.counts)).toEqual(new Set([2]));
    expect(bias).toMatchObject({ min: 7, max: 7, num: 2, counts: [2] });
    expect(read.train.images).toEqual({ digit: { step: 2, width: 2, height: 1, bytes: PNG.length } });
    expect(read.train.graph).toEqual([
      ['hidden', 'Dense', []],
      ['output', 'Dense', ['hidden']],
    ]);
    expect(read.train.hparams).toEqual({ learningRate: 0.01, nesterov: true, optimizer: 'adam' });
    expect(read.train.hparamTypes).toEqual({ learningRate: 3, nesterov: 2, optimizer: 1 });
    expect(read.train.status).toBe('STATUS_SUCCESS');
  });

  test.each(['before', 'after'])('resumes at a checkpoint taken %s it to the same bytes', async (where) => {
    const saved: Checkpoint[] = [];
    const saver: Plugin = {
      name: 'saver',
      enforce: 'post',
      // Whoever takes one after a step is to stand after the plugin.
      ...(where === 'after' && { onStepEnd: async (run) => void saved.push(await run.checkpoint()) }),
      onEpochEnd: async (run) => void saved.push(await run.checkpoint()),
    };
    // The order of events within an epoch's end differs where the checkpoint came first: without pictures there is none.
    const plain = () => make({ images: () => ({}), histogramEpochs: 99 });
    const order = () => (where === 'before' ? [saver, plain()] : [plain(), saver]);
    await play(order());
    const whole = [await file('train'), await file('validation')];
    for (const from of saved.slice(0, 8)) {
      const { error } = await play([plain()], { from });
      expect(error).toBeUndefined();
      expect([await file('train'), await file('validation')]).toEqual(whole);
    }
  });

  test('a run begins its files again, and two at once are refused', async () => {
    await play([make()]);
    const first = await file('train');
    await play([make()]);
    expect(await file('train')).toEqual(first);
    const inner: Plugin = {
      name: 'inner',
      async onFitStart() {
        const { error } = await play([make()]);
        expect(error).toMatchObject({ code: 'io', scope: 'tensor-board' });
      },
    };
    expect((await play([make(), { ...inner, enforce: 'post' }])).error).toBeUndefined();
  });

  test('a folder that cannot be made is an error before the first step', async () => {
    await writeFile(join(directory, 'file'), '');
    const { error } = await play([make({ directory: join(directory, 'file', 'runs') })]);
    expect(error).toMatchObject({ code: 'io', scope: 'tensor-board' });
  });

  test.each([
    [{ directory: '' }, 'directory must be a string that is not empty'],
    [{ everySteps: 0 }, 'everySteps must be a whole number >= 1'],
    [{ images: {} as never }, 'images must be a function'],
    [{ hyperParameters: { a: {} } as never }, 'hyperParameters must be numbers, strings or truth values'],
    [{ model: {} as never }, 'model must be a LayersModel'],
  ])('refuses %j', (options, message) => {
    expect(() => tensorBoard({ directory: 'd', ...options })).toThrow(message);
  });
});

test('crc32c gives the check value of its definition', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test('protocol buffers as their encoding says', () => {
  const message = new ProtoWriter()
    .int(1, 150)
    .text(2, 'testing')
    .int(3, 2 ** 40);
  expect(Buffer.from(message.finish()).toString('hex')).toBe(
    '08960112' + '0774657374696e67' + '18808080808020',
  );
});

test('the graph of a model with two inputs', () => {
  const [a, b] = ['a', 'b'].map((name) => tfl.input({ shape: [2], name }));
  const sum = tfl.layers.add({ name: 'sum' }).apply([a!, b!]) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: [a!, b!], outputs: sum });
  expect(modelGraph(model)).toEqual([
    { name: 'a', op: 'InputLayer', inputs: [] },
    { name: 'b', op: 'InputLayer', inputs: [] },
    { name: 'sum', op: 'Add', inputs: ['a', 'b'] },
  ]);
});
